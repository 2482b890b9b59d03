package io.kusionstack.operating.testbed.nodes;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the runtime does with a container, whether or not its status shows it. */
sealed interface Phase {
    /** Not begun. */
    record Idle() implements Phase {}

    record Pulling(Instant until) implements Phase {}

    /** There is no image to start; the status says so in another word at {@code next}, and the pull is tried again. */
    record PullFailed(Instant next, Instant again, int tries) implements Phase {}

    record Starting(Instant until) implements Phase {}

    /** Running; still to become ready or to end by itself at the instants that are not null. */
    record Running(@Nullable Instant ready, @Nullable Instant end, int exitCode) implements Phase {}

    /**
     * Told to stop: the preStop hook runs until SIGTERM, then the container ends.
     *
     * @param signalled whether SIGTERM was sent, after which the container no longer answers
     * @param replaced whether the next one starts when it has ended
     */
    record Stopping(Instant signal, Instant end, int exitCode, boolean signalled, boolean replaced) implements Phase {}

    /** Waits to be started again; the status says CrashLoopBackOff from the instant on. */
    record BackingOff(@Nullable Instant shown, Instant until) implements Phase {}

    /** Ended for good. */
    record Ended() implements Phase {}

    /** When something happens by itself, null if nothing does. */
    default @Nullable Instant due() {
        return switch (this) {
            case Idle() -> null;
            case Ended() -> null;
            case Pulling(Instant until) -> until;
            case Starting(Instant until) -> until;
            case PullFailed(Instant next, Instant again, int tries) -> next;
            case BackingOff(Instant shown, Instant until) -> shown == null ? until : shown;
            case Running(Instant ready, Instant end, int exitCode) -> earlier(ready, end);
            case Stopping stopping -> stopping.signalled() ? stopping.end() : stopping.signal();
        };
    }

    static @Nullable Instant earlier(@Nullable Instant a, @Nullable Instant b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a.isBefore(b) ? a : b;
    }
}
