package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.Action;
import java.util.List;
import java.util.Optional;

/**
 * The write of the status of a set, and its events.
 *
 * @param stuckPod the stuck Pod that the conditions tell of
 */
record StatusPlan(List<Action> actions, Optional<StuckPod> stuckPod) {
    StatusPlan {
        actions = List.copyOf(actions);
    }
}
