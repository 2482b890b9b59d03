package io.kusionstack.operating.host.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Intentions;
import io.kusionstack.operating.host.plan.PodAdmission;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.host.world.Unused;
import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Pods as another operator may leave them, and several operations on one Pod. */
class LifecycleTakeOverTest {
    private static final Instant LATER = Pods.CREATED.plusSeconds(3600);

    private final List<String> asked = new ArrayList<>();
    private boolean passes = true;
    private final LifecycleGate gate =
            new LifecycleGate(this::judge, Intentions.none(), Unused.endpoints(), Unused.employers());

    @Test
    void completesEachOperationForItselfThoughAnotherBeganMeanwhile() {
        passes = false;
        PodRecord pod = Pods.pod("a")
                .ready()
                .completing("one", "update")
                .preCheck("two", "delete")
                .build();

        assertThat(PodOps.operations(after(pod))).containsOnlyKeys("two");
    }

    @Test
    void whatKuperatorNotedOfRulesGoesWithAWriteThatIsMadeAnyway() {
        String detail = Names.key(Names.RULE_DETAIL, "web");
        Pods noted = Pods.pod("a").available().annotation(detail, "{}").annotation("kusionstack.io/other", "stays");
        PodRecord still = Pods.like(noted.build()).build();

        assertThat(after(still).annotations()).containsKey(detail);

        PodRecord begun = after(Pods.like(still).preCheck("x", "update").build());
        assertThat(begun.annotations()).containsOnlyKeys("kusionstack.io/other");
    }

    @Test
    void theBaselineThatKuperatorLeavesForGoodHoldsNobody() {
        String left = "{\"containerStates\":{\"main\":{\"latestImage\":\"app:v2\",\"lastImageID\":\"sha256:app:v1\"}}}";
        PodRecord old = Pods.pod("a")
                .ready()
                .offline()
                .annotation(Names.LAST_POD_STATUS, left)
                .build();
        PodRecord tagged = old.with(PodEdit.of(old).images(Map.of("main", "app:v2")));

        assertThat(after(tagged).gateClosed()).isFalse();
        assertThat(after(Pods.like(tagged).completing("collaset", "update").build())
                        .gateClosed())
                .as("after its own operation, whose phase is younger than the container")
                .isFalse();
    }

    @Test
    void checksAgainWhenOnlyAStalePermissionIsLeft() {
        PodRecord pod = Pods.pod("a")
                .available()
                .lifecycle(Names.OPERATING, "x")
                .label(LifecycleLabel.OPERATION_TYPE.key("x"), "update")
                .lifecycle(Names.PRE_CHECKED, "x")
                .lifecycle(Names.OPERATION_PERMISSION, "update")
                .build();
        passes = false;

        PodRecord after = after(pod);

        assertThat(PodOps.operation(after, "x").orElseThrow().phase()).isEqualTo(PodOps.Phase.PRE_CHECK);
        assertThat(after.hasLabel(LifecycleLabel.PRE_CHECKED.key("x"))).isFalse();
        assertThat(after.hasLabel(Names.key(Names.OPERATION_PERMISSION, "update")))
                .isFalse();
        assertThat(after.hasLabel(Names.SERVICE_AVAILABLE)).isTrue();
    }

    @Test
    void keepsTheGateClosedWhileOneOperationTouchesThePodAndAnotherCompletes() {
        PodRecord pod = Pods.pod("a")
                .ready()
                .completing("one", "update")
                .operating("two", "delete")
                .build();

        assertThat(edit(pod).serviceReady()).contains(false);
    }

    @Test
    void keepsThePodOfflineAsLongAsTheLabelSaysSo() {
        PodRecord online =
                Pods.pod("a").available().label(Names.STAY_OFFLINE, "").build();
        PodRecord completing = Pods.pod("a")
                .offline()
                .label(Names.STAY_OFFLINE, "")
                .completing("x", "update")
                .build();

        assertThat(edit(online).serviceReady()).contains(false);
        assertThat(after(online).hasLabel(Names.SERVICE_AVAILABLE)).isFalse();
        assertThat(edit(completing).serviceReady()).isEmpty();
        assertThat(PodOps.isIdle(after(completing))).isTrue();
        assertThat(edit(Pods.pod("new").label(Names.STAY_OFFLINE, "").build()).isEmpty())
                .isTrue();
    }

    @Test
    void asksBothStagesOnOnePod() {
        PodRecord pod = Pods.pod("a")
                .offline()
                .preCheck("one", "update")
                .postCheck("two", "delete")
                .build();

        edit(pod);

        assertThat(asked).containsExactly("one PRE_CHECK", "two POST_CHECK");
    }

    @Test
    void judgesPostCheckOnlyWhenNobodyTouchesThePodAnyMore() {
        PodRecord pod = Pods.pod("a")
                .offline()
                .postCheck("one", "update")
                .operating("two", "delete")
                .build();

        edit(pod);

        assertThat(asked).isEmpty();
    }

    @Test
    void collectsOrphanedLabelsOnlyAfterAWhile() {
        PodRecord pod = Pods.pod("a")
                .available()
                .label(LifecycleLabel.OPERATION_TYPE.key("x"), "update")
                .lifecycle(Names.PRE_CHECK, "x")
                .build();

        assertThat(gate.advance(pod, PodEdit.of(pod), Pods.CREATED.plusSeconds(29))
                        .edit()
                        .isEmpty())
                .isTrue();
        assertThat(gate.advance(pod, PodEdit.of(pod), Pods.CREATED.plusSeconds(30))
                        .edit()
                        .labels()
                        .removed())
                .containsExactlyInAnyOrder(LifecycleLabel.OPERATION_TYPE.key("x"), LifecycleLabel.PRE_CHECK.key("x"));
    }

    @Test
    void tellsUntilWhenLabelsThatLostTheirOperationKeepThePodOutWheneverTheHostStarts() {
        PodRecord pod = Pods.pod("a")
                .offline()
                .preparing("job", "dump")
                .without(LifecycleLabel.OPERATING.key("job"))
                .build();
        LifecycleGate later = new LifecycleGate(this::judge, Intentions.none(), Unused.endpoints(), Unused.employers());
        Wait left = new Wait(
                Reason.OPERATION_UNDER_WAY,
                "job",
                "operation job has lost its label operating.podopslifecycle.kusionstack.io/job before it was let touch the"
                        + " Pod: its other labels are taken off at 2026-01-01T00:00:30Z, 30 s after the newest of them,"
                        + " and the Pod comes back; at once with the label"
                        + " undo-operation-type.podopslifecycle.kusionstack.io/job");

        assertThat(gate.explain(pod, Pods.CREATED.plusSeconds(1)))
                .isEqualTo(new Explanation(
                        pod.ref(),
                        List.of(),
                        false,
                        List.of(left),
                        List.of(),
                        Optional.of(Pods.CREATED.plusSeconds(30))));
        assertThat(later.explain(pod, Pods.CREATED.plusSeconds(29)).waits()).containsExactly(left);
        assertThat(later.advance(pod, PodEdit.of(pod), Pods.CREATED.plusSeconds(30))
                        .edit()
                        .serviceReady())
                .contains(true);
    }

    @Test
    void neverCollectsABareType() {
        PodRecord pod = Pods.pod("a")
                .available()
                .label(LifecycleLabel.OPERATION_TYPE.key("x"), "update")
                .build();

        assertThat(edit(pod).isEmpty()).isTrue();
    }

    @Test
    void checksAgainWhenTheTypeWasOverwritten() {
        passes = false;
        PodRecord pod = Pods.pod("a")
                .offline()
                .operating("collaset", "update")
                .label(LifecycleLabel.OPERATION_TYPE.key("collaset"), "scale-in")
                .build();

        PodRecord after = after(pod);

        assertThat(PodOps.operation(after, "collaset").orElseThrow().phase()).isEqualTo(PodOps.Phase.PRE_CHECK);
        assertThat(after.hasLabel(Names.key(Names.OPERATION_PERMISSION, "update")))
                .isFalse();
        assertThat(edit(pod).serviceReady())
                .as("serves until the rules let it pass")
                .contains(true);
    }

    @Test
    void undoesWhateverTypeTheUndoNames() {
        PodRecord pod = Pods.pod("a")
                .offline()
                .operating("x", "update")
                .label(LifecycleLabel.UNDO_OPERATION_TYPE.key("x"), "delete")
                .build();

        PodRecord after = after(pod);

        assertThat(after.labels()).isEqualTo(Pods.pod("a").build().labels());
        assertThat(edit(pod).serviceReady()).contains(true);
    }

    @Test
    void finishesAPodWithoutTheGateInTwoLooks() {
        PodRecord pod = Pods.pod("a").ungated().ready().operating("x", "update").build();
        PodRecord finished =
                pod.with(gate.advance(pod, PodOps.finish(pod, "x"), LATER).edit());

        assertThat(PodOps.operation(finished, "x").orElseThrow().phase()).isEqualTo(PodOps.Phase.COMPLETING);
        assertThat(after(finished).available()).isTrue();
        assertThat(PodOps.isIdle(after(finished))).isTrue();
    }

    @Test
    void explainsWhyAPodWaits() {
        PodRecord pod = Pods.pod("a")
                .offline()
                .protectedBy("lb")
                .preparing("collaset", "update")
                .label(LifecycleLabel.OPERATING.key("typeless"), "1")
                .build();

        assertThat(gate.explain(pod, LATER))
                .isEqualTo(new Explanation(
                        pod.ref(),
                        List.of(
                                new Explanation.ExplainedOperation(
                                        "collaset", "update", "Preparing", Optional.of(Pods.CREATED)),
                                new Explanation.ExplainedOperation("typeless", "", "PreCheck", Optional.empty())),
                        false,
                        List.of(
                                new Wait(
                                        Reason.OPERATION_TYPE_MISSING,
                                        "typeless",
                                        "operation typeless has no type; set the label "
                                                + LifecycleLabel.OPERATION_TYPE.key("typeless")),
                                new Wait(
                                        Reason.WAITING_FOR_FINALIZER,
                                        Names.PROTECTION_PREFIX + "/lb",
                                        "the finalizer " + Names.PROTECTION_PREFIX + "/lb protects the Pod")),
                        List.of(),
                        Optional.of(LATER.plus(LifecyclePlanner.RESYNC))));
        assertThat(asked).as("an explanation takes no slot").isEmpty();
    }

    @Test
    void goesOnWithoutTheWantedEditAfterARefusal() {
        PodRecord pod = Pods.pod("a").offline().preparing("collaset", "update").build();
        LifecycleGate intending = new LifecycleGate(
                PodAdmission.none(),
                seen -> {
                    throw new AssertionError("asked for the refused edit");
                },
                Unused.endpoints(),
                Unused.employers());

        PodEdit edit =
                intending.advanceWithoutIntention(pod, PodEdit.of(pod), LATER).edit();

        assertThat(PodOps.operation(pod.with(edit), "collaset").orElseThrow().phase())
                .isEqualTo(PodOps.Phase.OPERATING);
    }

    @Test
    void addsNoFinalizerToATerminatingPod() {
        PodRecord pod =
                Pods.pod("a").available().protectedBy("old").terminating().build();
        PodEdit edit = PodEdit.of(pod).addFinalizer("new/one").removeFinalizer(Names.PROTECTION_PREFIX + "/old");

        assertThat(gate.advance(pod, edit, LATER).edit())
                .isEqualTo(PodEdit.of(pod).removeFinalizer(Names.PROTECTION_PREFIX + "/old"));
    }

    private Decision judge(PodRecord pod, String operation, Stage stage, Instant now) {
        asked.add(operation + " " + stage);
        return passes ? new Decision.Admitted() : new Decision.Rejected(List.of());
    }

    private PodEdit edit(PodRecord pod) {
        return gate.advance(pod, PodEdit.of(pod), LATER).edit();
    }

    private PodRecord after(PodRecord pod) {
        return pod.with(edit(pod));
    }
}
