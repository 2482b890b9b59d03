package io.kusionstack.operating.host.kube.cache;

import java.time.Instant;
import java.util.Optional;

/** When a watch was open last, as far as it was looked at. Any thread. */
final class LastConnected {
    // guarded by this
    private Optional<Instant> interrupted = Optional.empty();

    /** @return now while the watch is open, else the time of the first look that found it closed */
    synchronized Instant at(boolean isWatching, Instant now) {
        Instant last = isWatching ? now : interrupted.orElse(now);
        interrupted = isWatching ? Optional.empty() : Optional.of(last);
        return last;
    }
}
