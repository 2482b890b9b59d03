package io.kusionstack.operating.plugin.traffic;

import java.time.Instant;
import java.util.Optional;

/** What the host wants of one backend. */
public sealed interface BackendChange {
    Backend backend();

    /** Let it serve. {@code weight} is in the provider's own scale. */
    record PutOn(Backend backend, int weight) implements BackendChange {}

    /**
     * Let it serve no more: drain, then remove. What was observed is taken off wherever it stands, though the employer's
     * ports and settings say something else by now.
     *
     * @param drainingSince when the host first observed {@link Serving#DRAINING}; empty before: a drain may start over, but
     *     is never cut short
     */
    record TakeOff(Backend backend, Optional<Instant> drainingSince) implements BackendChange {}
}
