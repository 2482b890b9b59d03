package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Wait;
import java.util.List;
import java.util.Optional;

/**
 * What stays the same while a Service is looked at once.
 *
 * @param departed a predecessor of its name of which something may be left
 * @param serving where its Pods are to get requests
 * @param unknown why that cannot be told
 * @param isFirst nothing is remembered of the Service
 */
record TrafficRound(
        ManagedService managedService,
        Optional<ManagedService> departed,
        ServiceMemory memory,
        Optional<LoadBalancer> serving,
        Optional<LoadBalancerClient.Resolution.Unresolved> unknown,
        boolean isFirst) {
    TrafficRound with(ServiceMemory now) {
        return new TrafficRound(managedService, departed, now, serving, unknown, isFirst);
    }

    /** Of a Service that is gone, or new, nothing says where Pods that carry its mark were put on. */
    Optional<Wait> leftBehind(List<LoadBalancerState> loadBalancers, TrafficPlan plan, List<String> carrying) {
        boolean isGone = !managedService.exists()
                && loadBalancers.isEmpty()
                && !plan.edits().isEmpty();
        boolean isNew = managedService.exists() && isFirst && departed.isEmpty() && !managedService.isServedAlready();
        return isGone || isNew ? Optional.of(ServiceWaits.leftBehind(managedService, carrying)) : Optional.empty();
    }

    Optional<Wait> obstacle() {
        return managedService.wanted() ? unknown.map(LoadBalancerClient.Resolution.Unresolved::why) : Optional.empty();
    }
}
