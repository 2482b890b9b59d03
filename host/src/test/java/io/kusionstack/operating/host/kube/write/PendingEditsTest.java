package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import org.junit.jupiter.api.Test;

class PendingEditsTest {
    private final PodRecord pod = Pods.pod("a").build();
    private final PendingEdits pending = new PendingEdits();

    @Test
    void aThousandLooksWhileAWriteWaitsQueueItOnceAndTheNewestIsSent() {
        int queued = 0;
        for (int i = 0; i < 1_000; i++) {
            queued += add(mark("x", String.valueOf(i))) ? 1 : 0;
        }

        assertThat(queued).isEqualTo(1);
        assertThat(pending.take(PendingEdits.EditTarget.of(mark("x", ""))))
                .contains(PendingEdits.PendingEdit.planned(mark("x", "999")));
        assertThat(pending.peek(PendingEdits.EditTarget.of(mark("x", "")))).isEmpty();
    }

    @Test
    void whatTouchesSomethingElseIsNotReplaced() {
        add(mark("x", "1"));
        add(mark("y", "1"));

        assertThat(pending.peek(PendingEdits.EditTarget.of(mark("x", ""))))
                .contains(PendingEdits.PendingEdit.planned(mark("x", "1")));
        assertThat(pending.peek(PendingEdits.EditTarget.of(mark("y", ""))))
                .contains(PendingEdits.PendingEdit.planned(mark("y", "1")));
    }

    @Test
    void onlyWhatIsStillTheNewestIsDropped() {
        add(mark("x", "1"));
        add(mark("x", "2"));

        assertThat(pending.drop(
                        PendingEdits.EditTarget.of(mark("x", "")), PendingEdits.PendingEdit.planned(mark("x", "1"))))
                .isFalse();
        assertThat(pending.drop(
                        PendingEdits.EditTarget.of(mark("x", "")), PendingEdits.PendingEdit.planned(mark("x", "2"))))
                .isTrue();
    }

    @Test
    void aDecisionCountsOnlyWhileItIsYoung() {
        PendingEdits.PendingEdit edit = PendingEdits.PendingEdit.decided(pod, mark("x", "1"), Pods.CREATED);

        assertThat(edit.planned()).isEqualTo(PodEdit.of(pod));
        assertThat(edit.decidedBy(Pods.CREATED.plusMillis(99))).contains(mark("x", "1"));
        assertThat(edit.decidedBy(Pods.CREATED.plusMillis(100))).isEmpty();
        assertThat(PendingEdits.PendingEdit.planned(mark("x", "1")).decidedBy(Pods.CREATED))
                .isEmpty();
    }

    private boolean add(PodEdit edit) {
        return pending.add(PendingEdits.EditTarget.of(edit), PendingEdits.PendingEdit.planned(edit));
    }

    private PodEdit mark(String key, String value) {
        return PodEdit.of(pod).labels(MapEdit.set(key, value));
    }
}
