package io.kusionstack.operating.host.traffic;

import java.util.List;
import java.util.Map;

/**
 * The Pods of a Service.
 *
 * @param leaving by uid of a Pod that is not targeted: the ticket under which that was noticed
 */
record FoundPods(List<ServicePod> servicePods, Map<String, Long> leaving) {}
