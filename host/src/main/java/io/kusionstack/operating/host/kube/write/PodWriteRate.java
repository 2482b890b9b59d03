package io.kusionstack.operating.host.kube.write;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often a write of one Pod is begun: 30 times at once, then once a second. An operation takes four writes, so only another client that
 * undoes each of them without a pause meets the limit; it would be answered as often as it writes otherwise. Any thread.
 */
final class PodWriteRate {
    private static final Duration EACH = Duration.ofSeconds(1);
    private static final Duration BURST = EACH.multipliedBy(30);

    private final InstantSource clock;
    /** When all 30 writes are there again, by uid; the Pod that was left alone for longest first. */
    // guarded by this
    private final Map<String, Instant> wholeAt = new LinkedHashMap<>(16, 0.75f, true);

    PodWriteRate(InstantSource clock) {
        this.clock = clock;
    }

    /** Takes one write of the Pod; or tells how long until there is one, at most a second, and takes none. Zero if it was taken. */
    synchronized Duration take(String uid) {
        Instant now = clock.instant();
        forgetWhole(now);
        Instant whole = whole(uid, now).plus(EACH);
        Duration missing = Duration.between(now.plus(BURST), whole);
        if (missing.isPositive()) {
            return missing;
        }
        wholeAt.put(uid, whole);
        return Duration.ZERO;
    }

    /** A time that is further away than a burst is of a clock that was set back. */
    private Instant whole(String uid, Instant now) {
        Instant known = wholeAt.getOrDefault(uid, now);
        return known.isBefore(now) || known.isAfter(now.plus(BURST)) ? now : known;
    }

    private void forgetWhole(Instant now) {
        Iterator<Instant> eldest = wholeAt.values().iterator();
        while (eldest.hasNext() && !eldest.next().isAfter(now)) {
            eldest.remove();
        }
    }

    /** The Pods of which something is remembered. */
    synchronized int size() {
        return wholeAt.size();
    }
}
