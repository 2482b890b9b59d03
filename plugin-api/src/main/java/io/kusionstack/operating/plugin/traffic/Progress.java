package io.kusionstack.operating.plugin.traffic;

import java.time.Duration;

/** How far a change is, as far as the call could tell; only an observation proves it. */
public sealed interface Progress {
    /** The provider took it. */
    record Done() implements Progress {}

    /**
     * Under way, or the outcome is unknown.
     *
     * @param reason CamelCase and stable
     * @param after when it is worth looking again
     */
    record Pending(String reason, Duration after) implements Progress {}

    /**
     * The provider refused.
     *
     * @param code the provider's own, for the person who reads it
     * @param retryable false if only a change of the configuration helps
     */
    record Failed(String code, String message, boolean retryable) implements Progress {}
}
