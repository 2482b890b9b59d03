package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Wait;
import java.util.List;
import java.util.Optional;

/**
 * The state of a Pod by the last observation of one Service.
 *
 * @param clearAt the ticket of the observation that showed no backend of it, or {@link BackendState#NO_LOOK}
 * @param onAt the ticket of the observation that showed all its backends on where it is to serve, or {@link BackendState#NO_LOOK}
 * @param ahead why it must not leave service for an operation that it is to come back from: it gets requests, and could not be
 *     put on again
 */
record PodTrafficStatus(
        long clearAt, long onAt, List<Wait> waits, Optional<Wait> ahead, List<Explanation.ExplainedTraffic> shown) {
    PodTrafficStatus {
        waits = List.copyOf(waits);
        shown = List.copyOf(shown);
    }
}
