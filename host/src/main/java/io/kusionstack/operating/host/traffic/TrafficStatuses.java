package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.plugin.traffic.Employer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What the last observation of each Service showed. Any thread; never blocks. */
final class TrafficStatuses {
    private final InstantSource clock;
    private final Map<String, Map<Key, ServiceTrafficStatus>> byNamespace = new ConcurrentHashMap<>();
    /** Since when a Service has had an obstacle that may last, without a break. */
    private final Map<Key, Instant> obstructedSince = new ConcurrentHashMap<>();

    TrafficStatuses(InstantSource clock) {
        this.clock = clock;
    }

    /** @return true if what keeps Pods of the Service from leaving service has changed */
    boolean update(Key service, ServiceTrafficStatus now) {
        ServiceTrafficStatus before = byNamespace
                .computeIfAbsent(service.namespace(), namespace -> new ConcurrentHashMap<>())
                .put(service, now);
        if (now.obstacle().filter(TrafficObstacles::mayLast).isPresent()) {
            obstructedSince.putIfAbsent(service, clock.instant());
        } else {
            obstructedSince.remove(service);
        }
        return before == null || now.changesObstacles(before);
    }

    /** How the Service was described when its plugin was last asked for all that follows from it. */
    Optional<Employer> described(Key service) {
        return of(service).map(ServiceTrafficStatus::described);
    }

    /** Since when the Service has had an obstacle that may last; empty if it has none. */
    Optional<Instant> obstructedSince(Key service) {
        return Optional.ofNullable(obstructedSince.get(service));
    }

    void forget(Key service) {
        in(service.namespace()).remove(service);
        obstructedSince.remove(service);
    }

    Optional<ServiceTrafficStatus> of(Key service) {
        return Optional.ofNullable(in(service.namespace()).get(service));
    }

    Optional<PodTrafficStatus> of(Key service, PodRecord pod) {
        return of(service).map(status -> status.pods().get(pod.uid()));
    }

    /** By Service, of one namespace. */
    Map<Key, ServiceTrafficStatus> in(String namespace) {
        Map<Key, ServiceTrafficStatus> known = byNamespace.get(namespace);
        return known == null ? new HashMap<>() : known;
    }
}
