/**
 * How the host changes the cluster: every write goes through one actuator, in the lane of its Pod, at the limiter, past
 * the fence.
 *
 * <p>Doors: {@link io.kusionstack.operating.host.kube.write.ApiActuator} to act,
 * {@link io.kusionstack.operating.host.kube.write.Expectations} for Pods that were created or deleted and are not seen so
 * yet, {@link io.kusionstack.operating.host.kube.write.Fence} for a lease,
 * {@link io.kusionstack.operating.host.kube.write.WriteMetrics} to count. Writing blocks and belongs on a virtual thread.
 */
@NullMarked
package io.kusionstack.operating.host.kube.write;

import org.jspecify.annotations.NullMarked;
