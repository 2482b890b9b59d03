package io.kusionstack.operating.host.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.kusionstack.operating.host.lifecycle.LifecycleSnapshot.Facts;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate.Advance;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LifecyclePlannerTest {
    private static final String LB = "prot.podopslifecycle.kusionstack.io/lb";
    private static final String EXPECTING_LB = "{\"expectedFinalizers\":{\"Service/shop/web\":\"" + LB + "\"}}";

    private static final Instant NOW = Instant.parse("2026-01-01T01:00:00.000000007Z");
    private static final String STAMP = "1767229200000000007";
    private static final String ID = "collaset";
    private static final Decision PASSED = new Decision.Admitted();
    private static final Wait NO_SLOT = new Wait(Reason.BUDGET_EXHAUSTED, "max", "no slot");

    @Test
    void leavesServiceInTheWriteThatBegins() {
        PodRecord pod = Pods.pod("a").available().build();
        PodEdit begin = PodOps.begin(pod, ID, "update", NOW);

        assertThat(plan(pod, begin, judged(PASSED)))
                .isEqualTo(advanced(PodEdit.of(pod)
                        .labels(set(LifecycleLabel.OPERATING, STAMP))
                        .labels(set(LifecycleLabel.OPERATION_TYPE, "update"))
                        .labels(set(LifecycleLabel.PRE_CHECKED, STAMP))
                        .labels(set(LifecycleLabel.PREPARING, STAMP))
                        .labels(permission("update"))
                        .labels(gone(Names.SERVICE_AVAILABLE))
                        .serviceReady(false)));
    }

    @Test
    void asksAndStaysInServiceWhileARuleSaysNo() {
        PodRecord pod = Pods.pod("a").available().build();
        PodEdit begin = PodOps.begin(pod, ID, "update", NOW);
        Decision no = new Decision.Postponed(List.of(NO_SLOT), Duration.ofSeconds(5));

        assertThat(plan(pod, begin, judged(no)))
                .isEqualTo(new Advance(
                        PodEdit.of(pod)
                                .labels(set(LifecycleLabel.OPERATING, STAMP))
                                .labels(set(LifecycleLabel.OPERATION_TYPE, "update"))
                                .labels(set(LifecycleLabel.PRE_CHECK, STAMP)),
                        List.of(NO_SLOT),
                        Optional.of(Duration.ofSeconds(5))));
    }

    @Test
    void touchesThePodOnlyAfterTheGateIsStored() {
        PodRecord gateStillOpen = Pods.pod("a").ready().preparing(ID, "update").build();

        assertThat(plan(gateStillOpen, Facts.none()))
                .isEqualTo(advanced(PodEdit.of(gateStillOpen).serviceReady(false)));
    }

    @Test
    void operatesOnceTheStoredGateIsClosed() {
        PodRecord pod = Pods.pod("a").offline().preparing(ID, "update").build();

        assertThat(plan(pod, Facts.none()))
                .isEqualTo(advanced(PodEdit.of(pod)
                        .labels(set(LifecycleLabel.OPERATE, STAMP))
                        .labels(gone(LifecycleLabel.PREPARING.key(ID)))));
    }

    @Test
    void givesTheKubeletAMomentToFollowTheClosedGate() {
        Pods closed = Pods.pod("a").offline().condition("Ready", "True").preparing(ID, "update");
        PodRecord now = closed.label(LifecycleLabel.PREPARING.key(ID), STAMP).build();
        PodRecord longAgo = closed.label(LifecycleLabel.PREPARING.key(ID), "1767229198000000007")
                .build();

        assertThat(plan(now, Facts.none()))
                .isEqualTo(new Advance(
                        PodEdit.of(now),
                        List.of(new Wait(
                                Reason.GATE_NOT_OBSERVED,
                                "",
                                "the kubelet is about to follow the closed readiness gate")),
                        Optional.of(LifecyclePlanner.FOLLOWING)));
        assertThat(plan(longAgo, Facts.none()))
                .isEqualTo(advanced(PodEdit.of(longAgo)
                        .labels(set(LifecycleLabel.OPERATE, STAMP))
                        .labels(gone(LifecycleLabel.PREPARING.key(ID)))));
    }

    @Test
    void waitsWhileAProtectionFinalizerRemains() {
        PodRecord pod = Pods.pod("a")
                .offline()
                .protectedBy("lb")
                .preparing(ID, "update")
                .build();

        Advance advanced = plan(pod, Facts.none());

        assertThat(advanced.edit().isEmpty()).isTrue();
        assertThat(advanced.waits())
                .extracting(Wait::reason, Wait::on)
                .containsExactly(tuple(Reason.WAITING_FOR_FINALIZER, Names.PROTECTION_PREFIX + "/lb"));
    }

    @Test
    void operatesInTheWriteThatTakesTheLastProtectionFinalizerAway() {
        PodRecord pod = Pods.pod("a")
                .offline()
                .protectedBy("lb")
                .preparing(ID, "update")
                .build();
        PodEdit release = PodEdit.of(pod).removeFinalizer(Names.PROTECTION_PREFIX + "/lb");

        assertThat(plan(pod, release, Facts.none()))
                .isEqualTo(advanced(release.labels(set(LifecycleLabel.OPERATE, STAMP))
                        .labels(gone(LifecycleLabel.PREPARING.key(ID)))));
    }

    @Test
    void waitsWhileSomebodyMayStillSendToThePod() {
        PodRecord pod = Pods.pod("a").offline().preparing(ID, "update").build();
        Wait settling = new Wait(Reason.SETTLING_AFTER_DEREGISTER, "web", "left the endpoints 1 s ago");
        Facts facts = new Facts(
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(new Endpoints.HoldingEndpoint(settling, Duration.ofSeconds(1))),
                Set.of(),
                new TreeMap<>(),
                Optional.empty());

        assertThat(plan(pod, facts))
                .isEqualTo(new Advance(PodEdit.of(pod), List.of(settling), Optional.of(Duration.ofSeconds(1))));
    }

    @Test
    void appliesTheWantedEditInTheWriteThatReachesOperate() {
        PodRecord pod = Pods.pod("a").offline().preparing(ID, "update").build();
        Intention intention = intention(Pods.STAMP);

        assertThat(plan(pod, intending(intention)).edit())
                .isEqualTo(intention
                        .on(pod)
                        .labels(set(LifecycleLabel.OPERATE, STAMP))
                        .labels(gone(LifecycleLabel.PREPARING.key(ID))));
    }

    @Test
    void holdsOperateBackWhileTheWantedEditCannotTravel() {
        // no condition yet: prepared as it stands, but the gate has to be written to the status first
        PodRecord pod = Pods.pod("a").preCheck(ID, "update").build();
        Facts facts = facts(Map.of(ID, PASSED), Optional.of(intention(Pods.STAMP)));

        PodEdit edit = plan(pod, facts).edit();

        assertThat(edit.serviceReady()).contains(false);
        assertThat(edit.images()).isEmpty();
        assertThat(phase(pod, edit)).contains(PodOps.Phase.PREPARING);
    }

    @Test
    void ignoresAnIntentionOfAnEarlierRound() {
        PodRecord pod = Pods.pod("a").offline().preparing(ID, "update").build();

        PodEdit edit = plan(pod, intending(intention("1"))).edit();

        assertThat(edit.images()).isEmpty();
        assertThat(phase(pod, edit)).contains(PodOps.Phase.OPERATING);
    }

    @Test
    void comesBackInTheWriteThatFinishes() {
        PodRecord pod = Pods.pod("a").offline().operating(ID, "update").build();

        assertThat(plan(pod, PodOps.finish(pod, ID), judged(PASSED)).edit())
                .isEqualTo(PodEdit.of(pod)
                        .labels(gone(
                                LifecycleLabel.OPERATING.key(ID),
                                LifecycleLabel.OPERATION_TYPE.key(ID),
                                LifecycleLabel.PRE_CHECKED.key(ID),
                                LifecycleLabel.OPERATE.key(ID),
                                Names.key(Names.OPERATION_PERMISSION, "update")))
                        .labels(set(LifecycleLabel.OPERATED, STAMP))
                        .labels(set(LifecycleLabel.DONE_OPERATION_TYPE, "update"))
                        .labels(set(LifecycleLabel.POST_CHECKED, STAMP))
                        .labels(set(LifecycleLabel.COMPLETING, STAMP))
                        .serviceReady(true));
    }

    @Test
    void staysOfflineWhileARuleSaysNoAtPostCheck() {
        PodRecord pod = Pods.pod("a").offline().operating(ID, "update").build();

        Advance advanced = plan(pod, PodOps.finish(pod, ID), judged(new Decision.Rejected(List.of(NO_SLOT))));

        assertThat(advanced.edit().serviceReady()).isEmpty();
        assertThat(phase(pod, advanced.edit())).contains(PodOps.Phase.POST_CHECK);
        assertThat(advanced.waits()).containsExactly(NO_SLOT);
    }

    @Test
    void cleansUpAndBecomesAvailableInOneWriteOnceReadyIsBack() {
        PodRecord pod = Pods.pod("a")
                .ready()
                .completing(ID, "update")
                .label(Names.CREATING, "1")
                .build();

        assertThat(plan(pod, Facts.none()))
                .isEqualTo(new Advance(
                        PodEdit.of(pod)
                                .labels(gone(
                                        LifecycleLabel.OPERATED.key(ID),
                                        LifecycleLabel.DONE_OPERATION_TYPE.key(ID),
                                        LifecycleLabel.POST_CHECKED.key(ID),
                                        LifecycleLabel.COMPLETING.key(ID),
                                        Names.CREATING))
                                .labels(MapEdit.set(Names.SERVICE_AVAILABLE, STAMP)),
                        List.of(),
                        Optional.empty()));
    }

    @Test
    void keepsTheLabelsUntilTheKubeletPublishesReady() {
        PodRecord pod = Pods.pod("a")
                .offline()
                .condition(Names.SERVICE_READY, "True")
                .completing(ID, "update")
                .build();

        Advance advanced = plan(pod, Facts.none());

        assertThat(advanced.edit().isEmpty()).isTrue();
        assertThat(advanced.waits()).extracting(Wait::reason).containsExactly(Reason.GATE_NOT_OBSERVED);
    }

    @Test
    void endsTheOperationOfAPodWhoseContainersAreNotReady() {
        PodRecord pod = Pods.pod("a").ready().unready().completing(ID, "update").build();

        PodEdit edit = plan(pod, Facts.none()).edit();

        assertThat(PodOps.isIdle(pod.with(edit))).isTrue();
        assertThat(pod.with(edit).hasLabel(Names.SERVICE_AVAILABLE)).isFalse();
    }

    @Test
    void waitsForExpectedFinalizers() {
        PodRecord pod = Pods.pod("a")
                .ready()
                .completing(ID, "update")
                .expecting(Map.of("Service/shop/web", "prot.podopslifecycle.kusionstack.io/lb"))
                .build();

        Advance waiting = plan(pod, Facts.none());
        PodEdit back = PodEdit.of(pod).addFinalizer("prot.podopslifecycle.kusionstack.io/lb");

        assertThat(waiting.edit().isEmpty()).isTrue();
        assertThat(waiting.waits())
                .extracting(Wait::reason, Wait::on)
                .containsExactly(tuple(Reason.WAITING_FOR_EXPECTED_FINALIZER, "Service/shop/web"));
        assertThat(pod.with(plan(pod, back, Facts.none()).edit()).available()).isTrue();
    }

    @Test
    void givesUpAnExpectationWhoseServiceIsGone() {
        PodRecord pod = Pods.pod("a")
                .ready()
                .completing(ID, "update")
                .expecting(Map.of("Service/shop/web", "prot.podopslifecycle.kusionstack.io/lb"))
                .build();
        Facts facts = new Facts(
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Set.of("Service/shop/web"),
                new TreeMap<>(),
                Optional.empty());

        PodRecord after = pod.with(plan(pod, facts).edit());

        assertThat(after.available()).isTrue();
        assertThat(after.annotations()).containsEntry(Names.AVAILABLE_CONDITIONS, "{}");
    }

    @Test
    void namesInTheAnnotationWhatIsExpectedOnlyTogetherWithAnotherChange() {
        Facts facts = expecting("Service/shop/web", LB);
        PodRecord created = Pods.pod("a").unready().build();
        PodRecord opened = created.with(plan(created, facts).edit());

        assertThat(opened.condition(Names.SERVICE_READY).orElseThrow().isTrue()).isTrue();
        assertThat(opened.annotations()).containsEntry(Names.AVAILABLE_CONDITIONS, EXPECTING_LB);
        PodRecord bare = Pods.like(opened).withoutAnnotations().build();
        assertThat(plan(bare, facts).edit().isEmpty()).isTrue();
    }

    @Test
    void waitsForAnExpectedFinalizerThatTheAnnotationDoesNotNameYetAndTakesAllInOneWrite() {
        Facts facts = expecting("Service/shop/web", LB);
        PodRecord pod = Pods.pod("a").ready().build();

        Advance waiting = plan(pod, facts);
        PodRecord after =
                pod.with(plan(pod, PodEdit.of(pod).addFinalizer(LB), facts).edit());

        assertThat(waiting.edit().isEmpty()).isTrue();
        assertThat(waiting.waits())
                .extracting(Wait::reason, Wait::on)
                .containsExactly(tuple(Reason.WAITING_FOR_EXPECTED_FINALIZER, "Service/shop/web"));
        assertThat(after.available()).isTrue();
        assertThat(after.annotations()).containsEntry(Names.AVAILABLE_CONDITIONS, EXPECTING_LB);
        assertThat(plan(after, facts).edit().isEmpty()).isTrue();
    }

    private static Facts expecting(String employer, String finalizer) {
        return new Facts(
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Set.of(),
                new TreeMap<>(Map.of(employer, finalizer)),
                Optional.empty());
    }

    private static Advance plan(PodRecord pod, Facts facts) {
        return plan(pod, PodEdit.of(pod), facts);
    }

    private static Advance plan(PodRecord pod, PodEdit edit, Facts facts) {
        return LifecyclePlanner.plan(LifecycleSnapshot.of(pod, edit, NOW).with(facts));
    }

    private static Advance advanced(PodEdit edit) {
        return new Advance(edit, List.of(), Optional.of(LifecyclePlanner.RESYNC));
    }

    private static Optional<PodOps.Phase> phase(PodRecord pod, PodEdit edit) {
        return PodOps.operation(pod.with(edit), ID).map(PodOps.Operation::phase);
    }

    private static Facts judged(Decision decision) {
        return facts(Map.of(ID, decision), Optional.empty());
    }

    private static Facts facts(Map<String, Decision> judged, Optional<Intention> intention) {
        return new Facts(judged, Optional.empty(), intention, List.of(), Set.of(), new TreeMap<>(), Optional.empty());
    }

    private static Facts intending(Intention intention) {
        return facts(Map.of(), Optional.of(intention));
    }

    private static Intention intention(String operating) {
        return new Intention(
                ID,
                operating,
                "web-2",
                MapEdit.set(Names.REVISION, "web-2"),
                MapEdit.none(),
                new TreeMap<>(Map.of("main", "app:v2")));
    }

    private static MapEdit set(LifecycleLabel mark, String value) {
        return MapEdit.set(mark.key(ID), value);
    }

    private static MapEdit permission(String type) {
        return MapEdit.set(Names.key(Names.OPERATION_PERMISSION, type), STAMP);
    }

    private static MapEdit gone(String... keys) {
        return MapEdit.remove(Arrays.asList(keys));
    }
}
