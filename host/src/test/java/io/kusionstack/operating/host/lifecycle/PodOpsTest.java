package io.kusionstack.operating.host.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PodOpsTest {
    private static final Instant NOW = Pods.CREATED.plusSeconds(10);
    private static final String STAMP = "1767225610000000000";

    @Test
    void knowsNoOperationOnAPodWithoutLabels() {
        PodRecord pod = Pods.pod("a").available().build();

        assertThat(PodOps.operations(pod)).isEmpty();
        assertThat(PodOps.isIdle(pod)).isTrue();
    }

    @Test
    void tellsEachOperationWithItsTypePhaseAndTime() {
        PodRecord pod = Pods.pod("a")
                .operating("collaset", "update")
                .postCheck("job", "restart")
                .build();

        assertThat(PodOps.operations(pod))
                .isEqualTo(Map.of(
                        "collaset",
                        new PodOps.Operation("collaset", "update", PodOps.Phase.OPERATING, Optional.of(Pods.CREATED)),
                        "job",
                        new PodOps.Operation("job", "restart", PodOps.Phase.POST_CHECK, Optional.of(Pods.CREATED))));
    }

    @Test
    void takesAnyValueOfALabelForItsPresence() {
        PodRecord pod = Pods.pod("a")
                .label(LifecycleLabel.OPERATING.key("x"), "true")
                .label(LifecycleLabel.OPERATION_TYPE.key("x"), "update")
                .label(LifecycleLabel.PRE_CHECK.key("x"), "true")
                .build();

        assertThat(PodOps.operation(pod, "x"))
                .contains(new PodOps.Operation("x", "update", PodOps.Phase.PRE_CHECK, Optional.empty()));
    }

    @Test
    void isDuringOnlyWithTheSameType() {
        PodRecord pod = Pods.pod("a").preCheck("collaset", "update").build();

        assertThat(PodOps.isDuring(pod, "collaset", "update")).isTrue();
        assertThat(PodOps.isDuring(pod, "collaset", "scale-in")).isFalse();
        assertThat(PodOps.isDuring(pod, "job", "update")).isFalse();
    }

    @Test
    void beginsOnce() {
        PodRecord pod = Pods.pod("a").build();
        PodEdit begin = PodOps.begin(pod, "collaset", "update", NOW);

        assertThat(begin)
                .isEqualTo(PodEdit.of(pod)
                        .labels(MapEdit.set(Map.of(
                                LifecycleLabel.OPERATING.key("collaset"),
                                STAMP,
                                LifecycleLabel.OPERATION_TYPE.key("collaset"),
                                "update"))));
        PodRecord begun = pod.with(begin);
        assertThat(PodOps.begin(begun, "collaset", "update", NOW.plusSeconds(5)).isEmpty())
                .isTrue();
    }

    @Test
    void inheritsNothingFromAnotherTypeUnderTheSameId() {
        PodRecord pod = Pods.pod("a").offline().operating("collaset", "update").build();

        PodRecord begun = pod.with(PodOps.begin(pod, "collaset", "scale-in", NOW));

        assertThat(PodOps.operation(begun, "collaset").orElseThrow().phase()).isEqualTo(PodOps.Phase.PRE_CHECK);
        assertThat(begun.hasLabel(LifecycleLabel.PRE_CHECKED.key("collaset"))).isFalse();
    }

    @Test
    void announcesADeletionAndTakesItBackWithTheUndo() {
        PodRecord pod = Pods.pod("a").build();
        PodRecord begun = pod.with(PodOps.beginToDelete(pod, "pod-delete", "delete", NOW));

        assertThat(begun.label(Names.PREPARING_TO_DELETE)).contains(STAMP);
        assertThat(begun.with(PodOps.undo(begun, "pod-delete")).labels()).isEqualTo(pod.labels());
    }

    @Test
    void keepsTheAnnouncementWhileAnotherOperationIsOnThePod() {
        PodRecord pod = Pods.pod("a")
                .preCheck("pod-delete", "delete")
                .preCheck("collaset", "scale-in")
                .label(Names.PREPARING_TO_DELETE, STAMP)
                .build();

        assertThat(PodOps.undo(pod, "collaset").labels().removed()).doesNotContain(Names.PREPARING_TO_DELETE);
    }

    @Test
    void finishesByTakingOnlyOperatingAway() {
        PodRecord pod = Pods.pod("a").offline().operating("collaset", "update").build();

        assertThat(PodOps.finish(pod, "collaset"))
                .isEqualTo(PodEdit.of(pod).labels(MapEdit.remove(List.of(LifecycleLabel.OPERATING.key("collaset")))));
    }

    @Test
    void givesUpWhatIsFinishedBeforeItOperated() {
        PodRecord pod = Pods.pod("a").preparing("collaset", "update").build();

        assertThat(PodOps.finish(pod, "collaset")).isEqualTo(PodOps.undo(pod, "collaset"));
        assertThat(PodOps.finish(pod, "job").isEmpty()).isTrue();
    }

    @Test
    void allowsOnlyWhileOperating() {
        PodRecord asking = Pods.pod("a").preparing("collaset", "update").build();
        PodRecord operating = Pods.pod("a").operating("collaset", "update").build();

        assertThat(allowed(asking, "update", Duration.ZERO)).isEqualTo(new PodOps.Allowance.No());
        assertThat(allowed(operating, "scale-in", Duration.ZERO)).isEqualTo(new PodOps.Allowance.No());
        assertThat(allowed(operating, "update", Duration.ZERO)).isEqualTo(new PodOps.Allowance.Now());
    }

    @Test
    void allowsAfterTheDelay() {
        PodRecord pod = Pods.pod("a").operating("collaset", "update").build();

        assertThat(allowed(pod, "update", Duration.ofSeconds(15)))
                .isEqualTo(new PodOps.Allowance.Later(Duration.ofSeconds(5)));
        assertThat(allowed(pod, "update", Duration.ofSeconds(10))).isEqualTo(new PodOps.Allowance.Now());
    }

    @Test
    void doesNotDelayWhereTheStartIsNoTime() {
        PodRecord pod = Pods.pod("a")
                .operating("collaset", "update")
                .label(LifecycleLabel.OPERATE.key("collaset"), "true")
                .build();

        assertThat(allowed(pod, "update", Duration.ofHours(1))).isEqualTo(new PodOps.Allowance.Now());
    }

    @Test
    void bothOwnOperationsGivenUpAtOnceLeaveNoAnnouncementOfADeletion() {
        PodRecord pod = Pods.pod("a")
                .available()
                .preCheck("collaset", "update")
                .preCheck("pod-delete", "delete")
                .label(Names.PREPARING_TO_DELETE, STAMP)
                .build();

        PodRecord after = pod.with(PodOps.undoOwn(pod));

        assertThat(after.labels()).isEqualTo(Pods.pod("a").available().build().labels());
    }

    private static PodOps.Allowance allowed(PodRecord pod, String type, Duration delay) {
        return PodOps.allowed(pod, "collaset", type, delay, NOW);
    }
}
