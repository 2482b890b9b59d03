package io.kusionstack.operating.host.kube.write;

import java.time.Duration;

/**
 * How many writes may be under way at once: one more for each round of quick answers, less where answers become slow, half
 * where the API server has no time (additive increase, multiplicative decrease). Not safe for threads.
 */
final class Pace {
    /** Slower than this, and than {@link #TIMES_SLOWER} the quickest, is slow: less is what a busy server takes that keeps up. */
    private static final Duration SLOW = Duration.ofSeconds(1);

    /** Refusals so close together are one. */
    private static final Duration AT_ONCE = Duration.ofMillis(250);

    private static final int TIMES_SLOWER = 8;
    /** Slow answers alone never stop the work: a webhook may be the slow one. */
    private static final double LEAST_WHEN_SLOW = 4;

    private static final double FORGETTING = 1.001;

    private final double most;
    private double limit;
    private double quickestNanos = Double.MAX_VALUE;
    private boolean cut;
    private long cutAtNanos;

    Pace(int most) {
        this.most = most;
        this.limit = most;
    }

    int limit() {
        return (int) limit;
    }

    /** @param nowNanos on a monotonic clock */
    void answered(Duration latency, long nowNanos) {
        double nanos = latency.toNanos();
        quickestNanos = Math.min(quickestNanos * FORGETTING, nanos);
        if (nanos > SLOW.toNanos() && nanos > TIMES_SLOWER * quickestNanos) {
            // answers that were under way when the limit was last cut say nothing about what it is now
            if (!cut || nowNanos - cutAtNanos > latency.toNanos()) {
                reduce(Math.max(Math.min(LEAST_WHEN_SLOW, limit), limit * 0.7), nowNanos);
            }
            return;
        }
        limit = Math.min(most, limit + 1 / limit);
    }

    /** The API server turned a write away. */
    void busy(long nowNanos) {
        if (!cut || nowNanos - cutAtNanos > AT_ONCE.toNanos()) {
            reduce(Math.max(1, limit / 2), nowNanos);
        }
    }

    private void reduce(double to, long nowNanos) {
        limit = to;
        cut = true;
        cutAtNanos = nowNanos;
    }
}
