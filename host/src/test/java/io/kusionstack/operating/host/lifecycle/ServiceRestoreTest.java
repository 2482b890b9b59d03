package io.kusionstack.operating.host.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.lifecycle.LifecycleSnapshot.Facts;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** How a Pod keeps, or gets back, its place in service while an operation on it only waits. */
class ServiceRestoreTest {
    private static final Instant NOW = Instant.parse("2026-01-01T01:00:00.000000007Z");
    private static final String STAMP = "1767229200000000007";
    private static final String ID = "collaset";
    private static final Decision NO =
            new Decision.Rejected(List.of(new Wait(Reason.BUDGET_EXHAUSTED, "max", "no slot")));

    @Test
    void doesNotBlameTheKubeletForAGateThatWasNeverOpened() {
        PodRecord created = Pods.pod("a")
                .without(Names.SERVICE_AVAILABLE)
                .condition(PodCondition.CONTAINERS_READY, "True")
                .build();

        assertThat(LifecyclePlanner.plan(LifecycleSnapshot.of(created, PodEdit.of(created), NOW))
                        .waits())
                .containsExactly(new Wait(
                        Reason.POD_NOT_READY,
                        Names.SERVICE_READY,
                        "the operator has not opened the readiness gate yet"));
    }

    @Test
    void givesTheMarkBackWhileAnOperationWaits() {
        PodRecord pod = Pods.pod("a").ready().preCheck(ID, "update").build();

        assertThat(rejected(pod)).isEqualTo(PodEdit.of(pod).labels(MapEdit.set(Names.SERVICE_AVAILABLE, STAMP)));
    }

    @Test
    void opensTheGateOfAPodOnWhichAnOperationOnlyWaits() {
        PodRecord pod = Pods.pod("a").offline().preCheck(ID, "update").build();

        assertThat(rejected(pod)).isEqualTo(PodEdit.of(pod).serviceReady(true));
    }

    @Test
    void callsAPodBackThatPassedWithoutASlotAndCouldServeAgain() {
        PodRecord pod = Pods.pod("a")
                .offline()
                .preparing(ID, "update")
                .label(LifecycleLabel.PREPARING.key(ID), STAMP)
                .build();

        assertThat(rejected(pod))
                .isEqualTo(PodEdit.of(pod)
                        .labels(set(LifecycleLabel.PRE_CHECK, STAMP))
                        .labels(gone(LifecycleLabel.PRE_CHECKED.key(ID)))
                        .labels(gone(LifecycleLabel.PREPARING.key(ID)))
                        .labels(gone(Names.key(Names.OPERATION_PERMISSION, "update")))
                        .serviceReady(true));
    }

    @Test
    void asksAgainOnlyAboutAPodThatWasOutBeforeItWasLetPass() {
        PodRecord out = preparing(Pods.pod("out").offline());
        PodRecord leftWithASlot = preparing(Pods.pod("left").offline().notReadySince(NOW));
        PodRecord stillOut = preparing(Pods.pod("still").unready().condition(Names.SERVICE_READY, "False"));

        assertThat(asksAgain(out)).containsExactly(ID);
        assertThat(asksAgain(leftWithASlot)).isEmpty();
        assertThat(asksAgain(stillOut)).isEmpty();
    }

    private static PodEdit rejected(PodRecord pod) {
        Facts facts = new Facts(
                Map.of(ID, NO),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Set.of(),
                new TreeMap<>(),
                Optional.empty());
        return LifecyclePlanner.plan(
                        LifecycleSnapshot.of(pod, PodEdit.of(pod), NOW).with(facts))
                .edit();
    }

    private static MapEdit set(LifecycleLabel mark, String value) {
        return MapEdit.set(mark.key(ID), value);
    }

    private static MapEdit gone(String key) {
        return MapEdit.remove(List.of(key));
    }

    private static PodRecord preparing(Pods pod) {
        return pod.preparing(ID, "update")
                .label(LifecycleLabel.PREPARING.key(ID), STAMP)
                .build();
    }

    private static List<String> asksAgain(PodRecord pod) {
        return LifecyclePlanner.asksAgain(LifecycleSnapshot.of(pod, PodEdit.of(pod), NOW));
    }
}
