package io.kusionstack.operating.host.plan;

/**
 * One reason why a Pod waits.
 *
 * @param on the name of the object that holds the Pod: a rule, a finalizer, a container; empty if the reason is enough
 * @param message one sentence that stays the same while nothing changes for this Pod
 */
public record Wait(Reason reason, String on, String message) {}
