package io.kusionstack.operating.host.kube;

import java.time.Duration;
import java.time.Instant;

/**
 * How one stream of the API server does, for /livez and /readyz.
 *
 * @param name what it streams, for example {@code pods} or {@code pods in shop}
 * @param synced true once all objects that existed at the start are known
 * @param connected true while the watch is open
 * @param lastHeard when the last event or bookmark came; bookmarks come about every minute
 */
public record StreamHealth(String name, boolean synced, boolean connected, Instant lastHeard) {
    private static final Duration SILENCE = Duration.ofMinutes(3);

    /** False for a stream that stopped: nothing came for three bookmarks' time. */
    public boolean isAlive(Instant now) {
        return lastHeard.plus(SILENCE).isAfter(now);
    }
}
