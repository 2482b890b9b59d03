/**
 * The loop: a {@link io.kusionstack.operating.host.kernel.Key} goes through a work queue to a
 * {@link io.kusionstack.operating.host.kernel.Reconciler}, whose {@link io.kusionstack.operating.host.kernel.Outcome}
 * says when to look again. Knows nothing of Kubernetes. All concurrency of the controllers is here; any thread may enter.
 */
@NullMarked
package io.kusionstack.operating.host.kernel;

import org.jspecify.annotations.NullMarked;
