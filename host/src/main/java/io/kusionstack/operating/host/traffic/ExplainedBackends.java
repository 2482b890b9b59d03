package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Explanation;
import java.time.Instant;
import java.util.Optional;

/** How the backends of one load balancer are explained to users. Pure. */
record ExplainedBackends(LoadBalancerState memory, ManagedService managedService) {
    private static final String UNKNOWN = "Unknown";

    /** Nothing was observed yet. */
    Explanation.ExplainedTraffic unknown() {
        return of(UNKNOWN, Optional.empty(), "", Optional.empty());
    }

    /** @param address empty where nothing of the Pod is registered */
    Explanation.ExplainedTraffic of(Optional<EndpointAddress> address, ObservedBackends look) {
        Optional<ObservedBackends.ObservedAddress> seen = address.flatMap(look::at);
        Optional<Integer> weight = seen.isEmpty() ? Optional.of(0) : weight(address.orElseThrow(), seen.get());
        return memory.unread().isPresent()
                ? of(UNKNOWN, weight, WaitMessages.lastSeen(seen), Optional.empty())
                : of(
                        WaitMessages.serving(seen),
                        weight,
                        seen.map(ObservedBackends.ObservedAddress::detail).orElse(""),
                        seen.map(ObservedBackends.ObservedAddress::since));
    }

    /** What the provider last took; of what others put on nothing is known. */
    private Optional<Integer> weight(EndpointAddress address, ObservedBackends.ObservedAddress seen) {
        return switch (seen.serving()) {
            case ON, STARTING -> Optional.ofNullable(memory.weights().get(address));
            case DRAINING -> Optional.of(0);
            case FOREIGN -> Optional.empty();
        };
    }

    private Explanation.ExplainedTraffic of(
            String serving, Optional<Integer> weight, String detail, Optional<Instant> since) {
        LoadBalancer loadBalancer = memory.loadBalancer();
        return new Explanation.ExplainedTraffic(
                managedService.name(), loadBalancer.plugin(), loadBalancer.lockKey(), serving, weight, detail, since);
    }
}
