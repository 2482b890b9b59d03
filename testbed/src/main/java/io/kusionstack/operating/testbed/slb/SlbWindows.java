package io.kusionstack.operating.testbed.slb;

import java.time.Duration;

/**
 * For how long a write keeps others away.
 *
 * @param loadBalancer after a write, writes to any group of the load balancer are refused for so long
 * @param group after a write, writes to the same group are refused for so long
 * @param oldViewWhileOpen whether reads and requests still meet the old backends until both are over
 */
public record SlbWindows(Duration loadBalancer, Duration group, boolean oldViewWhileOpen) {
    /** Every write is in effect at once. */
    public static SlbWindows none() {
        return new SlbWindows(Duration.ZERO, Duration.ZERO, false);
    }

    Duration longest() {
        return loadBalancer.compareTo(group) > 0 ? loadBalancer : group;
    }
}
