package io.kusionstack.operating.testbed.slb;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Token buckets, one per action, since there is one access key. Guards itself. */
final class Throttle {
    private record Bucket(double tokens, Instant at) {}

    private final Clock clock;
    private final Map<String, Bucket> buckets = new HashMap<>();

    Throttle(Clock clock) {
        this.clock = clock;
    }

    synchronized void take(String action, SlbLimits limits) throws SlbRefusal {
        SlbLimits.Rate rate = limits.rates().getOrDefault(action, limits.rates().get("*"));
        if (rate == null) {
            return;
        }
        Instant now = clock.instant();
        Bucket bucket = buckets.getOrDefault(action, new Bucket(rate.burst(), now));
        double earned = Duration.between(bucket.at(), now).toNanos() / 1e9 * rate.perSecond();
        double tokens = Math.min(rate.burst(), bucket.tokens() + earned);
        if (tokens < 1) {
            buckets.put(action, new Bucket(tokens, now));
            throw new SlbRefusal(400, "Throttling.User", "Request was denied due to user flow control.");
        }
        buckets.put(action, new Bucket(tokens - 1, now));
    }
}
