package io.kusionstack.operating.host.plan;

/**
 * One thing a Pod waits for.
 *
 * @param on the name of what holds it: a rule, a finalizer, a container; empty when the reason says all
 * @param message one sentence that stays the same while nothing changes for this Pod
 */
public record Wait(Reason reason, String on, String message) {}
