/**
 * The cluster, as the host sees it and changes it: the only room that talks to the API server.
 *
 * <p>Doors: {@link io.kusionstack.operating.host.kube.PodCache} and {@link io.kusionstack.operating.host.kube.ObjectCache}
 * to look, {@link io.kusionstack.operating.host.plan.Actuator} to act,
 * {@link io.kusionstack.operating.host.kube.Expectations} for what was done and is not seen yet. Looking never blocks and
 * any thread may do it; acting blocks and belongs on a virtual thread.
 */
@NullMarked
package io.kusionstack.operating.host.kube;

import org.jspecify.annotations.NullMarked;
