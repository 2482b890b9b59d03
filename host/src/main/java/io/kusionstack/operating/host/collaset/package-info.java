/**
 * Keeps the Pods of a CollaSet as many, and on the revision, as its spec asks for. The door is {@code
 * CollaSetReconciler}; {@code SetIntentions} tells the lifecycle which edit a begun update wants to make. Everything that
 * decides is static and pure and may be called by any thread; the reconciler is called by the kernel, one thread per set.
 */
@NullMarked
package io.kusionstack.operating.host.collaset;

import org.jspecify.annotations.NullMarked;
