/**
 * Keeps the Pods of a CollaSet as many, and on the revision, as its spec asks for. The door is {@code
 * CollaSetReconciler}; {@code SetIntentions} tells the lifecycle which edit a begun update wants to make. Everything that
 * decides is static and pure and may be called by any thread; the reconciler is called by the kernel, one thread per set.
 *
 * <p>What is remembered between two looks, in memory only: the intentions published last, why the last Pod could not be
 * created, and which of our own writes the caches may not show yet. Losing it costs a look.
 */
@NullMarked
package io.kusionstack.operating.host.collaset;

import org.jspecify.annotations.NullMarked;
