package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.Action;
import java.util.List;
import java.util.Optional;

/**
 * What is to be written and told of the status of a set.
 *
 * @param stuckPod the stuck Pod that the conditions tell of
 */
record StatusPlan(List<Action> actions, Optional<StuckPod> stuckPod) {
    StatusPlan {
        actions = List.copyOf(actions);
    }
}
