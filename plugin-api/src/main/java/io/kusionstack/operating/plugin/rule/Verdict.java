package io.kusionstack.operating.plugin.rule;

import java.time.Duration;
import java.util.Optional;

/**
 * What a rule says of one Pod, made by {@link #pass}, {@link #reject} and {@link #askAgain}.
 *
 * <pre>{@code
 * Verdict.pass()
 * Verdict.pass().validFor(Duration.ofHours(1))
 * Verdict.askAgain("Pending", "nobody has approved change 17", Duration.ofSeconds(30)).notBefore(Duration.ofSeconds(10))
 * }</pre>
 */
public sealed interface Verdict {
    /** This rule has nothing against it. The Pod goes on once every other rule agrees. */
    static Pass pass() {
        return new Pass(Optional.empty());
    }

    /**
     * Not now; the host asks again when something about the rule's Pods changes, and every 30 seconds.
     *
     * @param reason CamelCase and stable
     * @param message one sentence, without numbers that change with every Pod
     */
    static Reject reject(String reason, String message) {
        return new Reject(reason, message, Optional.empty());
    }

    /**
     * Not yet; the host asks again after {@code after} at the latest.
     *
     * @param reason CamelCase and stable
     * @param message one sentence, without numbers that change with every Pod
     * @param after at least one second; less counts as one second
     */
    static AskAgain askAgain(String reason, String message, Duration after) {
        return new AskAgain(reason, message, after, Optional.empty());
    }

    /**
     * See {@link #pass}.
     *
     * @param validity for how long the host need not ask again about the operations that wait now; empty for 5 seconds and as long as the
     *     Pod looks the same
     */
    record Pass(Optional<Duration> validity) implements Verdict {
        /**
         * Holds for so long, whatever happens to the Pod meanwhile, and only for the operations that wait now: an approval that was given
         * for good is not asked for again while the Pod waits for something else. More than a day counts as a day.
         */
        public Pass validFor(Duration time) {
            return new Pass(Optional.of(time));
        }
    }

    /**
     * See {@link #reject}.
     *
     * @param pause how long the host does not ask again although Pods of the rule change; empty for a second
     */
    record Reject(String reason, String message, Optional<Duration> pause) implements Verdict {
        /** The host does not ask about this Pod and these operations again before; more than 30 seconds count as 30 seconds. */
        public Reject notBefore(Duration time) {
            return new Reject(reason, message, Optional.of(time));
        }
    }

    /**
     * See {@link #askAgain}.
     *
     * @param pause how long the host does not ask again although Pods of the rule change; empty for a second
     */
    record AskAgain(String reason, String message, Duration after, Optional<Duration> pause) implements Verdict {
        /** The host does not ask about this Pod and these operations again before; more than {@code after} counts as {@code after}. */
        public AskAgain notBefore(Duration time) {
            return new AskAgain(reason, message, after, Optional.of(time));
        }
    }
}
