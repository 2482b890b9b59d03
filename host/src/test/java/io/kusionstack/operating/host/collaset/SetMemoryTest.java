package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SetMemoryTest {
    @Test
    void whatCouldNotBeStoredHoldsAllThatThePlanTouchesOrDeletesOrLetsWait() {
        PodRecord edited = Snapshots.pod(0).build();
        PodRecord deleted = Snapshots.pod(1).build();
        PodRecord held = Snapshots.pod(2).build();
        Wait why = new Wait(Reason.FORBIDDEN_BY_SERVER, "", "writing ResourceContext web is forbidden");
        Wait before = new Wait(Reason.PAUSED, "", "");

        SetMemory memory = SetMemory.NONE
                .looking(Optional.of(Snapshots.NOW.plusSeconds(1)))
                .waiting(
                        new Plan(
                                List.of(
                                        new Action.EditPod(PodEdit.of(edited)),
                                        new Action.DeletePod(deleted.ref(), deleted.resourceVersion())),
                                Optional.empty(),
                                Map.of(held.ref(), List.of(before))),
                        why);

        assertThat(memory.nextLook()).contains(Snapshots.NOW.plusSeconds(1));
        assertThat(memory.waits())
                .isEqualTo(Map.of(edited.ref(), List.of(why), deleted.ref(), List.of(why), held.ref(), List.of(why)));
    }
}
