package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Wait;
import java.util.List;
import java.util.Optional;

/**
 * The state of the backends of one Pod at one load balancer.
 *
 * @param on true if every port of the Pod gets requests there
 * @param sentTo true if an address of the Pod gets requests there, also on a port that the Service does not name any more
 * @param clearAt the ticket of the observation that showed no backend of the Pod there, or {@link #NO_LOOK}
 * @param waits why the Pod is not on, or not off, there yet
 * @param refused why the Pod would not be put on again
 */
record BackendState(
        boolean on,
        boolean sentTo,
        long clearAt,
        List<Wait> waits,
        Optional<Wait> refused,
        Explanation.ExplainedTraffic shown) {
    static final long NO_LOOK = -1;

    /** Instead of a ticket, for a Pod that never had a backend anywhere. */
    static final long NEVER_THERE = Long.MAX_VALUE;

    BackendState {
        waits = List.copyOf(waits);
    }

    BackendState refused(Wait why) {
        return new BackendState(on, sentTo, clearAt, waits, Optional.of(why), shown);
    }
}
