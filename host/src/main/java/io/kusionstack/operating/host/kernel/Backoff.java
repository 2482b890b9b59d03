package io.kusionstack.operating.host.kernel;

import java.time.Duration;

/** How long to wait after a failure: doubles with every failure in a row, up to a limit. */
public record Backoff(Duration first, Duration most) {
    public Backoff {
        if (first.isNegative() || first.isZero() || most.compareTo(first) < 0) {
            throw new IllegalArgumentException("want 0 < first <= most, got first " + first + ", most " + most);
        }
    }

    /** From 50 ms to 30 s. */
    public static Backoff standard() {
        return new Backoff(Duration.ofMillis(50), Duration.ofSeconds(30));
    }

    /** @param failures in a row, at least 1 */
    public Duration after(int failures) {
        Duration delay = first;
        for (int i = 1; i < failures && delay.compareTo(most) < 0; i++) {
            delay = delay.multipliedBy(2);
        }
        return Durations.shorter(delay, most);
    }
}
