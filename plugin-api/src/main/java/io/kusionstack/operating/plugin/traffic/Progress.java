package io.kusionstack.operating.plugin.traffic;

import java.time.Duration;

/** How far a change is, as far as the call could tell; only an observation proves it. */
public sealed interface Progress {
    /** The provider took it. */
    record Done() implements Progress {}

    /**
     * Under way, or the outcome is unknown.
     *
     * @param kind what it waits for, as far as the host treats that differently
     * @param reason CamelCase and stable, for the person who reads it
     * @param after when it is worth looking again
     */
    record Pending(Kind kind, String reason, Duration after) implements Progress {
        /** Waits for something the host need not tell apart. */
        public Pending(String reason, Duration after) {
            this(Kind.OTHER, reason, after);
        }

        /** The provider sends no new requests and lets the old ones end. */
        public static Pending draining(Duration after) {
            return new Pending(Kind.DRAINING, "Draining", after);
        }

        /** The provider asks for fewer calls. */
        public static Pending throttled(Duration after) {
            return new Pending(Kind.THROTTLED, "Throttled", after);
        }

        /** What a change that is under way waits for. */
        public enum Kind {
            /** Requests that are in flight. */
            DRAINING,
            /** The provider's limit of calls. */
            THROTTLED,
            /** An earlier change: the provider takes no other one meanwhile, and did not take this one. */
            BUSY,
            /** Anything else. */
            OTHER
        }
    }

    /**
     * The provider refused.
     *
     * @param code the provider's own, for the person who reads it
     * @param retryable false if only a change of the configuration helps
     */
    record Failed(String code, String message, boolean retryable) implements Progress {}
}
