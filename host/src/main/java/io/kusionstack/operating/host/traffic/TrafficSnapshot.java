package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that the planner looks at for one Service.
 *
 * @param departed a predecessor of the same name of which something may be left; the Service itself where that is gone
 * @param loadBalancers where its Pods may have backends
 * @param serving which of them is to serve; empty while the Service wants none, or it cannot be told
 * @param obstacle why it cannot be told
 * @param unrecorded why nothing is put on: the Service's record of it cannot be written
 * @param servicePods the Pods it selects, and those that carry its marks or have backends, by name
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
    boolean mayHavePutOn(PodRecord pod) {
        return managedService.mayHavePutOn(pod)
                || departed.filter(before -> before.mayHavePutOn(pod)).isPresent();
    }
}
