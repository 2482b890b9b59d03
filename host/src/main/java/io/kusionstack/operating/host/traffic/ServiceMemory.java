package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The memory of the reconciler of one Service between two reconciliations; losing it costs an observation, nothing else.
 *
 * @param loadBalancers the one that serves first, if there is one
 * @param targeted uids of the Pods that the Service wanted at the last observation
 * @param leaving by uid of a Pod that the Service does not want any more: the ticket under which that was noticed
 * @param problem the problem that users were told of last
 * @param recordedAt when the record of its Pods was written last
 * @param recorded the load balancers that its record named last
 * @param unrecorded why its record could not be written
 * @param found the load balancer where the Service was found to serve, as it was described then
 */
record ServiceMemory(
        List<LoadBalancerState> loadBalancers,
        Set<String> targeted,
        Map<String, Long> leaving,
        Optional<Wait> problem,
        Instant recordedAt,
        List<LoadBalancer> recorded,
        Optional<ObservationFailure> unrecorded,
        Optional<LoadBalancer> found) {
    static final ServiceMemory NONE = new ServiceMemory(
            List.of(),
            Set.of(),
            Map.of(),
            Optional.empty(),
            Instant.EPOCH,
            List.of(),
            Optional.empty(),
            Optional.empty());

    ServiceMemory {
        loadBalancers = List.copyOf(loadBalancers);
        targeted = Set.copyOf(targeted);
        recorded = List.copyOf(recorded);
        leaving = Collections.unmodifiableMap(new TreeMap<>(leaving));
    }

    ServiceMemory loadBalancers(List<LoadBalancerState> now) {
        return new ServiceMemory(now, targeted, leaving, problem, recordedAt, recorded, unrecorded, found);
    }

    ServiceMemory pods(Set<String> selects, Map<String, Long> leave) {
        return new ServiceMemory(loadBalancers, selects, leave, problem, recordedAt, recorded, unrecorded, found);
    }

    ServiceMemory told(Optional<Wait> now) {
        return new ServiceMemory(loadBalancers, targeted, leaving, now, recordedAt, recorded, unrecorded, found);
    }

    ServiceMemory recorded(Instant at) {
        return new ServiceMemory(loadBalancers, targeted, leaving, problem, at, recorded, Optional.empty(), found);
    }

    /** False while the record is that of a process before: then its Pods are not known otherwise. */
    boolean hasRecorded() {
        return recordedAt.isAfter(Instant.EPOCH);
    }

    /** The record is as it has to be. */
    ServiceMemory written() {
        return unrecorded.isEmpty() ? this : recorded(recordedAt);
    }

    /** A failure that users have to know of: a conflict passes by itself. */
    Optional<Wait> refusal() {
        return unrecorded.filter(known -> known.times() > 1).map(ObservationFailure::why);
    }

    /** When the next observation or write is due if nothing happens. */
    Optional<Instant> due() {
        return Stream.concat(
                        loadBalancers.stream().flatMap(loadBalancer -> loadBalancer.due().stream()),
                        unrecorded.stream().map(ObservationFailure::until))
                .min(Comparator.naturalOrder());
    }

    /** With the load balancers that its record names, and the one where it is to serve. */
    ServiceMemory naming(List<LoadBalancer> now, Optional<LoadBalancer> serves) {
        return new ServiceMemory(loadBalancers, targeted, leaving, problem, recordedAt, now, unrecorded, serves);
    }

    /** Its record could not be written. */
    ServiceMemory unrecorded(Wait why, Instant now) {
        int times = unrecorded.map(ObservationFailure::times).orElse(0) + 1;
        Instant until = now.plus(PendingChange.patience(times, Duration.ZERO));
        return new ServiceMemory(
                loadBalancers,
                targeted,
                leaving,
                problem,
                recordedAt,
                recorded,
                Optional.of(new ObservationFailure(why, until, times)),
                found);
    }

    /** The state of the load balancer, under its newest description. */
    LoadBalancerState at(LoadBalancer loadBalancer) {
        for (LoadBalancerState known : loadBalancers) {
            if (known.loadBalancer().isAt(loadBalancer)) {
                return known.at(loadBalancer);
            }
        }
        return LoadBalancerState.of(loadBalancer);
    }

    /** The state of a part of a load balancer, from its own observation or from that of the whole. */
    LoadBalancerState at(LoadBalancer part, LoadBalancer whole) {
        for (LoadBalancer loadBalancer : List.of(part, whole)) {
            for (LoadBalancerState known : loadBalancers) {
                if (known.loadBalancer().isAt(loadBalancer)) {
                    return known.part(part);
                }
            }
        }
        return LoadBalancerState.of(part);
    }

    /** True if the record named the load balancer at the last reconciliation. */
    boolean wasRecorded(LoadBalancer loadBalancer) {
        return recorded.stream().anyMatch(loadBalancer::isAt);
    }
}
