package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Explanation;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedSet;

/** Explains the backends of one load balancer to users. Pure. */
record ExplainedBackends(LoadBalancerState state, ManagedService managedService) {
    private static final String UNKNOWN = "Unknown";

    /** Nothing was observed yet. */
    Explanation.ExplainedTraffic unknown() {
        return of(UNKNOWN, Optional.empty(), "", Optional.empty());
    }

    /** @param address empty if no address of the Pod is registered */
    Explanation.ExplainedTraffic of(Optional<EndpointAddress> address, ObservedBackends observed) {
        Optional<ObservedAddress> seen = address.flatMap(observed::at);
        Optional<Integer> weight = seen.isEmpty() ? Optional.of(0) : weight(address.orElseThrow(), seen.get());
        return state.unread().isPresent()
                ? of(UNKNOWN, weight, lastSeen(seen), Optional.empty())
                : of(
                        serving(seen),
                        weight,
                        seen.map(ObservedAddress::detail).orElse(""),
                        seen.map(ObservedAddress::since));
    }

    /** The weight that the provider last took; for a backend of another party it is not known. */
    private Optional<Integer> weight(EndpointAddress address, ObservedAddress seen) {
        return switch (seen.serving()) {
            case ON, STARTING -> Optional.ofNullable(state.weights().get(address));
            case DRAINING -> Optional.of(0);
            case FOREIGN -> Optional.empty();
        };
    }

    private Explanation.ExplainedTraffic of(
            String serving, Optional<Integer> weight, String detail, Optional<Instant> since) {
        LoadBalancer loadBalancer = state.loadBalancer();
        return new Explanation.ExplainedTraffic(
                managedService.name(), loadBalancer.plugin(), loadBalancer.lockKey(), serving, weight, detail, since);
    }

    /** The state of an address in the word that users see. */
    static String serving(Optional<ObservedAddress> seen) {
        return seen.map(found -> switch (found.serving()) {
                    case ON -> "On";
                    case STARTING -> "Starting";
                    case DRAINING -> "Draining";
                    case FOREIGN -> "Foreign";
                })
                .orElse("Off");
    }

    /** The last known state of an address, for a load balancer that cannot be observed now. */
    private static String lastSeen(Optional<ObservedAddress> seen) {
        String detail = seen.map(ObservedAddress::detail).orElse("");
        return "last seen " + serving(seen)
                + seen.map(ObservedAddress::since)
                        .map(since -> " since " + since)
                        .orElse("")
                + (detail.isEmpty() ? "" : ": " + detail);
    }

    /** @param others addresses of the Pod on ports that the Service does not name any more */
    static Explanation.ExplainedTraffic beside(SortedSet<EndpointAddress> others, Explanation.ExplainedTraffic shown) {
        return others.isEmpty()
                ? shown
                : new Explanation.ExplainedTraffic(
                        shown.employer(),
                        shown.plugin(),
                        shown.loadBalancer(),
                        shown.serving(),
                        shown.weight(),
                        shown.detail() + (shown.detail().isEmpty() ? "" : "; ") + "registered on ports that the Service"
                                + " names no more: " + others,
                        shown.since());
    }
}
