package io.kusionstack.operating.host.plan;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The port through which the lifecycle learns from where requests may still reach a Pod that left service: the endpoints of Services,
 * and the backends of employers that a plugin serves. Any thread; on facts in memory, never blocks.
 */
@FunctionalInterface
public interface Endpoints {
    /**
     * The endpoints through which requests may still reach the Pod.
     *
     * @param pod the Pod as it is stored: its readiness gate is False
     * @return empty once it may be touched
     */
    List<HoldingEndpoint> holding(PodRecord pod, Instant now);

    /** Both have to release the Pod. */
    default Endpoints and(Endpoints other) {
        return (pod, now) -> {
            List<HoldingEndpoint> all = new ArrayList<>(holding(pod, now));
            all.addAll(other.holding(pod, now));
            return all;
        };
    }

    /** @param after when to ask again if no event comes */
    record HoldingEndpoint(Wait reason, Duration after) {}
}
