/**
 * Can the host work on this cluster? Asked at the start (rights and definitions), and from time to time (objects of ours in
 * namespaces that are not watched).
 *
 * <p>Doors: {@link io.kusionstack.operating.host.kube.check.Preflight} and
 * {@link io.kusionstack.operating.host.kube.check.UnservedObjects}. Both block.
 */
@NullMarked
package io.kusionstack.operating.host.kube.check;

import org.jspecify.annotations.NullMarked;
