/**
 * Operations on Pods, and the way a Pod leaves service before one and comes back after. Labels are the storage;
 * {@link io.kusionstack.operating.host.lifecycle.PodOps} is what they mean and the one door for other rooms.
 * {@code LifecyclePlanner} decides, {@code LifecycleGate} lets it decide over every write to a Pod, and
 * {@code LifecycleReconciler} looks at Pods that no other reconciler writes. Everything here is a value or stateless; any thread
 * may enter.
 */
@NullMarked
package io.kusionstack.operating.host.lifecycle;

import org.jspecify.annotations.NullMarked;
