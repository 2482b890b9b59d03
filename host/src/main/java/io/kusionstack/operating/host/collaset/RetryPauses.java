package io.kusionstack.operating.host.collaset;

import java.time.Duration;

/** How long to wait between attempts of a write that the API server refuses: a second, doubling up to a minute. */
final class RetryPauses {
    private static final int LONGEST_SECONDS = 60;
    private static final int MOST_DOUBLINGS = 6;

    private RetryPauses() {}

    /** @param attempts how many have failed in a row, at least one */
    static Duration after(int attempts) {
        long seconds = 1L << Math.clamp(attempts - 1L, 0, MOST_DOUBLINGS);
        return Duration.ofSeconds(Math.min(seconds, LONGEST_SECONDS));
    }
}
