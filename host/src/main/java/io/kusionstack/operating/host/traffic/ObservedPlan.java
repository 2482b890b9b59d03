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
}
