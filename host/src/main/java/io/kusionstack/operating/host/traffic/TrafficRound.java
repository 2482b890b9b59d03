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

    /**
     * A problem if no record tells where Pods with the finalizer of the Service were put on: it is gone or new, or its record is, and the
     * first observation does not show them.
     *
     * @param before the load balancers before they were observed
     */
    Optional<Wait> leftBehind(List<LoadBalancerState> before, ObservedPlan observed) {
        List<String> named = unrecorded(before, observed);
        return named.isEmpty() ? Optional.empty() : Optional.of(ServiceWaits.leftBehind(managedService, named));
    }

    private List<String> unrecorded(List<LoadBalancerState> before, ObservedPlan observed) {
        if (!managedService.exists()) {
            boolean hasEdits = !observed.plan().edits().isEmpty();
            return before.isEmpty() && hasEdits ? carrying(observed) : List.of();
        }
        if (departed.isPresent() || managedService.hasRecord()) {
            return List.of();
        }
        if (!managedService.isManaged()) {
            return isFirst ? carrying(observed) : List.of();
        }
        return isFirstObservation(before, observed.loadBalancers())
                ? observed.carryingUnshown(managedService.finalizer())
                : List.of();
    }

    private List<String> carrying(ObservedPlan observed) {
        return observed.plan().carrying(managedService.finalizer());
    }

    private static boolean isFirstObservation(List<LoadBalancerState> before, List<LoadBalancerState> after) {
        return before.stream().allMatch(loadBalancer -> loadBalancer.look().isEmpty())
                && after.stream().anyMatch(loadBalancer -> loadBalancer.look().isPresent());
    }

    Optional<Wait> obstacle() {
        return managedService.wanted() ? unknown.map(Resolution.Unresolved::why) : Optional.empty();
    }
}
