package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Wait;
import java.util.List;

/**
 * How one Pod stands at one place.
 *
 * @param on every port of it gets requests there
 * @param clearAt the ticket of the look that showed nothing of it there, or {@link #NOT_CLEAR}
 * @param waits what it waits for there, to be on or to be off
 */
record Standing(boolean on, long clearAt, List<Wait> waits, Explanation.Traffic shown) {
    static final long NOT_CLEAR = -1;

    Standing {
        waits = List.copyOf(waits);
    }
}
