package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The backends that one observation of a load balancer showed.
 *
 * @param ticket the time of the request, in the order of the host's own events: what the host learnt under a lower ticket was
 *     known before
 * @param at when the answer arrived
 * @param fresh false if the plugin answered from a cache: the ticket is that of the earlier observation
 * @param first true if nothing was known of the load balancer before
 */
record ObservedBackends(
        long ticket, Instant at, boolean fresh, boolean first, SortedMap<EndpointAddress, ObservedAddress> addresses) {
    ObservedBackends {
        addresses = Collections.unmodifiableSortedMap(addresses);
    }

    /**
     * @param request the request that this observation answers
     * @param before the earlier observation, which tells since when a state has lasted
     */
    static ObservedBackends of(
            ObservationTicket request, Instant at, Observation.Known observation, Optional<ObservedBackends> before) {
        boolean fresh = !observation.readAt().isBefore(request.at());
        List<ObservedBackend> backends = observation.backends();
        Map<EndpointAddress, List<ObservedBackend>> byAddress = backends.stream()
                .collect(Collectors.groupingBy(
                        seen -> EndpointAddress.of(seen.backend()), HashMap::new, Collectors.toList()));
        SortedMap<EndpointAddress, ObservedAddress> addresses = new TreeMap<>();
        byAddress.forEach((address, seen) ->
                addresses.put(address, ObservedAddress.of(seen, before.flatMap(old -> old.at(address)), at)));
        long ticket =
                fresh ? request.ticket() : before.map(ObservedBackends::ticket).orElse(0L);
        return new ObservedBackends(ticket, at, fresh, before.isEmpty(), addresses);
    }

    /** The observation of a load balancer that does not exist. */
    static ObservedBackends empty(ObservationTicket request) {
        return new ObservedBackends(request.ticket(), request.at(), true, false, new TreeMap<>());
    }

    /** The same backends, but too old to rely on. */
    ObservedBackends outdated() {
        return new ObservedBackends(ticket, Instant.EPOCH, false, first, addresses);
    }

    /** The same backends, of a load balancer that is known. */
    ObservedBackends known() {
        return new ObservedBackends(ticket, at, fresh, false, addresses);
    }

    /** Since when no backend has changed. */
    Instant unchangedSince() {
        Instant since = Instant.EPOCH;
        for (ObservedAddress seen : addresses.values()) {
            since = seen.since().isAfter(since) ? seen.since() : since;
        }
        return since;
    }

    Optional<ObservedAddress> at(EndpointAddress address) {
        return Optional.ofNullable(addresses.get(address));
    }
}
