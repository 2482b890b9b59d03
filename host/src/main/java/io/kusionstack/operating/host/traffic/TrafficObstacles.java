package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Why Pods must not leave service, as far as their traffic goes. Any thread; on facts in memory. */
record TrafficObstacles(ManagedServices services, TrafficStatuses statuses) {
    private static final Set<Reason> PASSING = EnumSet.of(
            Reason.WAITING_FOR_TRAFFIC_OFF,
            Reason.WAITING_FOR_TRAFFIC_ON,
            Reason.DRAINING_CONNECTIONS,
            Reason.TRAFFIC_BACKEND_MISSING,
            Reason.TRAFFIC_THROTTLED,
            Reason.PLUGIN_BUSY);

    /** An obstacle that has lasted for so long will not be gone in a moment. */
    private static final Duration LASTING = Duration.ofSeconds(30);

    /** True if the wait ends by itself soon. */
    static boolean isPassing(Wait wait) {
        return PASSING.contains(wait.reason());
    }

    /**
     * A Pod does not leave service while the plugin of one of its Services, also of a Service that it is leaving, cannot take it off a
     * load balancer where it may be on. A Pod that is to come back does not leave either while it could not be put on again.
     */
    List<Wait> ahead(List<Key> servicesOfPod, PodRecord pod, String operation) {
        List<Wait> ahead = new ArrayList<>();
        for (Key service : servicesOfPod) {
            Optional<ServiceTrafficStatus> known = statuses.of(service);
            if (known.isEmpty()) {
                ahead.add(WaitMessages.notLookedYet("traffic of Service " + service, false));
            } else {
                known.get()
                        .obstacle()
                        .filter(why -> !needsNoTakeOff(known.get(), pod, operation))
                        .ifPresent(ahead::add);
                ahead.addAll(againstReturn(service, known.get(), pod, operation));
            }
        }
        return ahead;
    }

    /**
     * Obstacles that have lasted. A change of this very Pod that the provider refuses is not among them: for a Pod in service no change is
     * requested, so that the refusal would be forgotten, and the Pod would leave again.
     */
    List<Wait> lasting(List<Key> servicesOfPod, Instant now) {
        List<Wait> lasting = new ArrayList<>();
        for (Key service : servicesOfPod) {
            statuses.obstructedSince(service)
                    .filter(start -> !now.isBefore(start.plus(LASTING)))
                    .flatMap(start -> statuses.of(service))
                    .flatMap(ServiceTrafficStatus::obstacle)
                    .filter(TrafficObstacles::mayLast)
                    .ifPresent(lasting::add);
        }
        return lasting;
    }

    /** True if the obstacle does not pass by itself, and does not concern a single Pod. */
    static boolean mayLast(Wait obstacle) {
        return obstacle.reason() != Reason.TRAFFIC_REFUSED && !isPassing(obstacle);
    }

    /** A Pod that is deleted needs no plugin to take it off if it was never put on. */
    private static boolean needsNoTakeOff(ServiceTrafficStatus known, PodRecord pod, String operation) {
        return PodOps.isToDelete(pod, operation)
                && Optional.ofNullable(known.pods().get(pod.uid()))
                        .filter(status -> status.clearAt() == BackendState.NEVER_THERE)
                        .isPresent();
    }

    /** Why the Pod could not be put on again after the operation. */
    private List<Wait> againstReturn(Key service, ServiceTrafficStatus known, PodRecord pod, String operation) {
        if (PodOps.isToDelete(pod, operation)) {
            return List.of();
        }
        Optional<ManagedService> now = services.get(service);
        if (now.filter(described -> !described.employer().equals(known.described()))
                .isPresent()) {
            return List.of(WaitMessages.notLookedYet("traffic of Service " + service, false));
        }
        return Optional.ofNullable(known.pods().get(pod.uid())).flatMap(PodTrafficStatus::ahead).stream()
                .toList();
    }
}
