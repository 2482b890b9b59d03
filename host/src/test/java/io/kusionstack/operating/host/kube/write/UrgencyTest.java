package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.util.List;
import org.junit.jupiter.api.Test;

class UrgencyTest {
    private static final String ID = "collaset";

    private final PodRecord serving = Pods.pod("a").available().build();
    private final PodRecord out =
            Pods.pod("a").offline().preparing(ID, "update").build();

    @Test
    void theFirstMarkOnAPodThatServesMayWait() {
        assertThat(Urgency.of(serving, mark(serving, Names.OPERATING))).isEqualTo(Urgency.BEGIN);
    }

    @Test
    void aPodThatIsOutOfServiceHoldsASlot() {
        assertThat(Urgency.of(out, PodEdit.of(out))).isEqualTo(Urgency.SLOT_HOLDER);
        assertThat(Urgency.of(out, mark(out, Names.OPERATING))).isEqualTo(Urgency.SLOT_HOLDER);
    }

    @Test
    void aPodThatWaitsAndIsLookedAtMayHaveGotItsSlot() {
        PodRecord waiting = Pods.pod("a").available().preCheck(ID, "update").build();

        assertThat(Urgency.of(waiting, PodEdit.of(waiting))).isEqualTo(Urgency.SLOT_HOLDER);
    }

    @Test
    void whatBringsAPodBackComesFirst() {
        PodRecord completing = Pods.pod("a").offline().completing(ID, "update").build();

        assertThat(Urgency.of(completing, PodEdit.of(completing))).isEqualTo(Urgency.BACK_TO_SERVICE);
        assertThat(Urgency.of(out, mark(out, Names.UNDO_OPERATION_TYPE))).isEqualTo(Urgency.BACK_TO_SERVICE);
        assertThat(Urgency.of(out, PodEdit.of(out).labels(MapEdit.remove(List.of(Names.key(Names.OPERATING, ID))))))
                .isEqualTo(Urgency.BACK_TO_SERVICE);
    }

    private static PodEdit mark(PodRecord pod, String prefix) {
        return PodEdit.of(pod).labels(MapEdit.set(Names.key(prefix, ID), "1"));
    }
}
