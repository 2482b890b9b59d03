/**
 * A real Kubernetes control plane without containers: etcd, API server, controller manager and scheduler as processes of this machine.
 *
 * <p>{@link io.kusionstack.operating.testbed.controlplane.ControlPlane} is the door: it finds or builds the programs, starts them and
 * ends them, whatever happens to this JVM. {@link io.kusionstack.operating.testbed.controlplane.Instance} reads the folder of one that
 * runs elsewhere. Both may be used by any thread; starting and stopping block.
 */
@NullMarked
package io.kusionstack.operating.testbed.controlplane;

import org.jspecify.annotations.NullMarked;
