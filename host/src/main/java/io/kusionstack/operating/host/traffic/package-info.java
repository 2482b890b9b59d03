/**
 * Traffic: takes Pods off the load balancer of their Service before they are touched, and puts them back.
 * {@link io.kusionstack.operating.host.traffic.TrafficReconciler} reconciles one Service (the <em>employer</em>): it
 * observes each {@code LoadBalancer} where its Pods may have backends ({@code TrafficObserver}), lets {@code TrafficPlanner}
 * decide, applies the plan, and observes again. {@link io.kusionstack.operating.host.traffic.PodTraffic} tells other rooms the
 * state of a Pod.
 *
 * <p>A protection finalizer is added or removed only because of an observation by a plugin. The knowledge of the host about a load
 * balancer (drain times, unknown outcomes) is a {@code LoadBalancerState}; lost in a crash, it is observed again. One thread per Service
 * reconciles; any thread may ask {@code PodTraffic}.
 */
@NullMarked
package io.kusionstack.operating.host.traffic;

import org.jspecify.annotations.NullMarked;
