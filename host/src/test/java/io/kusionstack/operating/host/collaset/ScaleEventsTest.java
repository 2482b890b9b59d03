package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.host.world.Pods;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScaleEventsTest {
    private static final ObjectRef SET = Snapshots.set().build().ref();

    @Test
    void tellsHowManyPodsWereCreatedAndHowManyLeft() {
        Pods scalingIn = Snapshots.pod(0).operating(Names.COLLASET_OPERATION, Names.SCALE_IN);
        Pods recreated = Snapshots.pod(1).operating(Names.COLLASET_OPERATION, Names.UPDATE);
        CollaSetSnapshot snapshot =
                Snapshots.of(Snapshots.set()).pods(scalingIn, recreated).build();
        Plan acts = Plan.of(creation("a"), creation("b"), deletion(scalingIn.build()), deletion(recreated.build()));

        assertThat(ScaleEvents.of(snapshot, acts, List.of()))
                .isEqualTo(Plan.of(event("scale out 2 Target(s)"), event("scale in 1 Target(s)")));
    }

    @Test
    void tellsNothingOfWhatWasNotDone() {
        CollaSetSnapshot snapshot = Snapshots.of(Snapshots.set()).build();
        List<Failure> refused = List.of(new Failure(
                creation("a"), new WriteResult.NotDone(WriteResult.Cause.REFUSED, 403, "exceeded quota: pods")));

        assertThat(ScaleEvents.of(snapshot, Plan.of(creation("a")), refused)).isEqualTo(Plan.nothing());
    }

    private static Action creation(String name) {
        return new Action.CreatePod(SET, name, 0, 9, JsonNodeFactory.instance.objectNode());
    }

    private static Action deletion(PodRecord pod) {
        return new Action.DeletePod(pod.ref(), pod.resourceVersion());
    }

    private static Action event(String message) {
        return new Action.Announce(SET, Action.Severity.NORMAL, "Scaled", message);
    }
}
