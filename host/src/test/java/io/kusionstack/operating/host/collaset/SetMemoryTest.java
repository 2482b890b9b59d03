package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plan.WriteResult;
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
        Wait before = new Wait(Reason.PAUSED, "", "");
        ObjectRef context = new ObjectRef(ObjectKind.RESOURCE_CONTEXT, "shop", "web", "");
        Failure failure = new Failure(
                new Action.CreateObject(context, JsonNodeFactory.instance.objectNode()),
                new WriteResult.NotDone(WriteResult.Cause.FORBIDDEN, 403, "no right"));
        Wait why = new Wait(Reason.FORBIDDEN_BY_SERVER, "", failure.sentence());

        SetMemory memory = SetMemory.NONE
                .looking(Optional.of(Snapshots.NOW.plusSeconds(1)))
                .refused(
                        Snapshots.of(Snapshots.set()).build(),
                        new Plan(
                                List.of(
                                        new Action.EditPod(PodEdit.of(edited)),
                                        new Action.DeletePod(deleted.ref(), deleted.resourceVersion())),
                                Optional.empty(),
                                Map.of(held.ref(), List.of(before))),
                        failure);

        assertThat(memory.nextLook()).contains(Snapshots.NOW.plusSeconds(1));
        assertThat(memory.waits())
                .isEqualTo(Map.of(edited.ref(), List.of(why), deleted.ref(), List.of(why), held.ref(), List.of(why)));
    }
}
