package io.kusionstack.operating.host.kernel;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How the loop of one controller does at one moment, for /livez.
 *
 * @param dispatching false if the thread that gives out keys has died, so that no object is looked at any more
 * @param longest the look that has been running for longest
 * @param overdue the key that has waited for longest though its turn has come and a worker is free
 */
public record LoopHealth(String controller, boolean dispatching, Optional<Since> longest, Optional<Since> overdue) {
    /** Many times what a look takes that waits for requests, each of which has a limit of its own. */
    static final Duration LONGEST_LOOK = Duration.ofMinutes(5);
    /** Giving out a key takes microseconds. */
    static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

    /** A key, and since when. */
    public record Since(Key key, Instant since) {}

    /** Why this loop will not come right by itself; empty while it is well. */
    public Optional<String> livenessProblem(Instant now) {
        if (!dispatching) {
            return Optional.of("the controller " + controller + " no longer gives out work: its thread has died");
        }
        return longest.filter(look -> look.since().plus(LONGEST_LOOK).isBefore(now))
                .map(look -> "the controller " + controller + " has been looking at " + look.key() + " since "
                        + look.since())
                .or(() -> overdue.filter(key -> key.since().plus(LONGEST_DELAY).isBefore(now))
                        .map(key -> "the controller " + controller + " has left " + key.key() + " undone since "
                                + key.since() + ", though it is not busy"));
    }
}
