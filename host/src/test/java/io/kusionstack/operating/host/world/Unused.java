package io.kusionstack.operating.host.world;

import io.kusionstack.operating.host.kernel.LoopMetrics;
import io.kusionstack.operating.host.kube.write.WriteMetrics;
import io.kusionstack.operating.host.plan.Employers;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.traffic.TrafficMetrics;
import java.util.List;

/** Ports that a test gives and does not look at. */
public final class Unused {
    private Unused() {}

    /** Counts nothing. */
    public static LoopMetrics loopMetrics() {
        return new LoopMetrics() {};
    }

    /** Counts nothing. */
    public static WriteMetrics writeMetrics() {
        return new WriteMetrics() {};
    }

    /** Counts nothing. */
    public static TrafficMetrics trafficMetrics() {
        return new TrafficMetrics() {};
    }

    /** Every expectation is valid. */
    public static Employers employers() {
        return (pod, employer) -> true;
    }

    /** No request ever reaches a Pod. */
    public static Endpoints endpoints() {
        return (pod, now) -> List.of();
    }
}
