/**
 * Traffic: takes Pods off the load balancer of their Service before they are touched, and puts them back.
 * {@link io.kusionstack.operating.host.traffic.TrafficReconciler} looks after one Service (the <em>employer</em>): it
 * observes each {@code LoadBalancer} where its Pods (the <em>Pods</em>) may have backends, lets {@code TrafficPlanner}
 * decide, applies, and observes again. {@link io.kusionstack.operating.host.traffic.PodTraffic} tells other rooms how a
 * Pod stands.
 *
 * <p>A protection finalizer moves only on what a plugin's {@code observe} returned. What the host remembers of a load balancer
 * (drain times, unknown outcomes) is a {@code LoadBalancerState}; lost in a crash, it is observed again. One thread per Service
 * reconciles; any thread may ask {@code PodTraffic}.
 */
@NullMarked
package io.kusionstack.operating.host.traffic;

import org.jspecify.annotations.NullMarked;
