package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Wait;
import java.util.List;
import java.util.Optional;

/**
 * The facts that stay the same during one reconciliation of a Service.
 *
 * @param departed a predecessor of the same name that may have left backends
 * @param serving the load balancer where its Pods are to get requests
 * @param unknown why that is not known
 * @param isFirst true if nothing is remembered of the Service
 */
record TrafficRound(
        ManagedService managedService,
        Optional<ManagedService> departed,
        ServiceMemory memory,
        Optional<LoadBalancer> serving,
        Optional<Resolution.Unresolved> unknown,
        boolean isFirst) {
    TrafficRound with(ServiceMemory now) {
        return new TrafficRound(managedService, departed, now, serving, unknown, isFirst);
    }

    /** A problem if the Service is gone, or new, and no record tells where Pods with its finalizer were put on. */
    Optional<Wait> leftBehind(List<LoadBalancerState> loadBalancers, TrafficPlan plan, List<String> carrying) {
        boolean isGone = !managedService.exists()
                && loadBalancers.isEmpty()
                && !plan.edits().isEmpty();
        boolean isNew = managedService.exists() && isFirst && departed.isEmpty() && !managedService.isServedAlready();
        return isGone || isNew ? Optional.of(ServiceWaits.leftBehind(managedService, carrying)) : Optional.empty();
    }

    Optional<Wait> obstacle() {
        return managedService.wanted() ? unknown.map(Resolution.Unresolved::why) : Optional.empty();
    }
}
