package io.kusionstack.operating.host.traffic;

import java.util.List;
import java.util.Map;

/**
 * A plan for a Service with the observations that it was made on.
 *
 * @param loadBalancers in the order of the plan
 * @param leaving by uid of a Pod that the Service does not want any more: the ticket under which that was noticed
 */
record ObservedPlan(List<LoadBalancerState> loadBalancers, TrafficPlan plan, Map<String, Long> leaving) {
    ObservedPlan {
        loadBalancers = List.copyOf(loadBalancers);
        leaving = Map.copyOf(leaving);
    }

    /** Names of the Pods that carry this finalizer though no load balancer that was observed shows a backend of them. */
    List<String> carryingUnshown(String finalizer) {
        List<ServicePod> servicePods =
                plan.pods().stream().map(PodPlan::servicePod).toList();
        List<BackendOwnership> shown = loadBalancers.stream()
                .flatMap(loadBalancer -> loadBalancer.look().stream())
                .map(look -> BackendOwnership.of(look, servicePods))
                .toList();
        return servicePods.stream()
                .filter(servicePod -> servicePod.pod().finalizers().contains(finalizer)
                        && shown.stream()
                                .allMatch(ownership -> ownership.of(servicePod).isEmpty()))
                .map(servicePod -> servicePod.pod().name())
                .toList();
    }
}
