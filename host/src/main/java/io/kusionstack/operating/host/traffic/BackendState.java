package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Wait;
import java.util.List;
import java.util.Optional;

/**
 * The state of the backends of one Pod at one load balancer.
 *
 * @param on every port of it gets requests there
 * @param sentTo some address of it gets requests there, be it on a port that the Service names no more
 * @param clearAt the ticket of the observation that showed nothing of it there, or {@link #NO_LOOK}
 * @param waits what it waits for there, to be on or to be off
 * @param refused why it would not be put on again
 */
record BackendState(
        boolean on,
        boolean sentTo,
        long clearAt,
        List<Wait> waits,
        Optional<Wait> refused,
        Explanation.ExplainedTraffic shown) {
    static final long NO_LOOK = -1;

    /** Instead of a ticket, of a Pod of which there never was anything anywhere. */
    static final long NEVER_THERE = Long.MAX_VALUE;

    BackendState {
        waits = List.copyOf(waits);
    }

    BackendState refused(Wait why) {
        return new BackendState(on, sentTo, clearAt, waits, Optional.of(why), shown);
    }
}
