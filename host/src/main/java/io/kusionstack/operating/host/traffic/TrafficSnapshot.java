package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * All facts for a decision about one Service.
 *
 * @param departed a predecessor of the same name that may have left backends; the Service itself if it is gone
 * @param loadBalancers those where its Pods may have backends
 * @param serving the one that is to serve; empty while the Service wants none, or while it is not known
 * @param obstacle why it is not known
 * @param unrecorded why nothing is put on: the record of the Service cannot be written
 * @param servicePods the Pods that it selects, and those that have its finalizer or backends, by name
 */
record TrafficSnapshot(
        ManagedService managedService,
        Optional<ManagedService> departed,
        List<LoadBalancerState> loadBalancers,
        Optional<LoadBalancer> serving,
        Optional<Wait> obstacle,
        Optional<Wait> unrecorded,
        List<ServicePod> servicePods,
        Instant now) {
    TrafficSnapshot {
        loadBalancers = List.copyOf(loadBalancers);
        servicePods = List.copyOf(servicePods);
    }

    /** As {@link ManagedService#mayHavePutOn}, of a predecessor too. */
    Predicate<PodRecord> mayHavePutOn() {
        Predicate<PodRecord> now = managedService.mayHavePutOn();
        return departed.map(before -> now.or(before.mayHavePutOn())).orElse(now);
    }
}
