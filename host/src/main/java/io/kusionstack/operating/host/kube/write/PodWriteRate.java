package io.kusionstack.operating.host.kube.write;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often one Pod is written: 30 times at once, then once a second. An operation takes four writes, so only another client that
 * undoes each of them without a pause meets the limit; it would be answered as often as it writes otherwise. Any thread.
 */
final class PodWriteRate {
    private static final Duration EACH = Duration.ofSeconds(1);
    private static final Duration BURST = EACH.multipliedBy(30);

    private final InstantSource clock;
    /** When all 30 writes are there again, by uid; Pods that were not written for so long are forgotten one by one. */
    // guarded by this
    private final Map<String, Instant> wholeAt = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return !eldest.getValue().isAfter(clock.instant());
        }
    };

    PodWriteRate(InstantSource clock) {
        this.clock = clock;
    }

    /** Takes one write of the Pod; or tells how long until there is one, and takes none. Zero if it was taken. */
    synchronized Duration take(String uid) {
        Instant now = clock.instant();
        Instant known = wholeAt.get(uid);
        Instant whole = (known == null || known.isBefore(now) ? now : known).plus(EACH);
        Duration missing = Duration.between(now.plus(BURST), whole);
        if (missing.isPositive()) {
            return missing;
        }
        wholeAt.put(uid, whole);
        return Duration.ZERO;
    }

    /** The Pods that were written within the last 30 s, and at most one for each of them that were written before. */
    synchronized int size() {
        return wholeAt.size();
    }
}
