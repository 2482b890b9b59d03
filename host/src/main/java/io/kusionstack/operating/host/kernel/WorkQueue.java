package io.kusionstack.operating.host.kernel;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Orders the keys that wait. A key waits once however often it is added, at the earliest of the times asked for; it is never
 * given out twice before {@link #done}; added meanwhile, it waits again after that. Keys that are due come in the order
 * of their due times, equal ones in the order in which they were added. A key that was left to rest waits until then.
 *
 * <p>A plain data structure: knows no clock, and is guarded by its owner.
 */
final class WorkQueue {
    private final TreeSet<QueuedKey> order =
            new TreeSet<>(Comparator.comparing(QueuedKey::due).thenComparingLong(QueuedKey::number));
    private final Map<Key, QueuedKey> waiting = new HashMap<>();
    private final Map<Key, Instant> again = new HashMap<>();
    /** In the order in which they were given out. */
    private final Map<Key, Instant> running = new LinkedHashMap<>();
    /** Until when; in the order in which they began. */
    private final Map<Key, Instant> resting = new LinkedHashMap<>();

    private long number;

    /** @param wanted when the key's turn may come; it stays earlier if it was to come earlier */
    void add(Key key, Instant wanted) {
        if (running.containsKey(key)) {
            again.merge(key, wanted, WorkQueue::earlier);
            return;
        }
        Instant due = later(wanted, resting.getOrDefault(key, Instant.MIN));
        QueuedKey old = waiting.get(key);
        if (old != null && !due.isBefore(old.due)) {
            return;
        }
        if (old != null) {
            order.remove(old);
        }
        QueuedKey entry = new QueuedKey(key, due, number++);
        waiting.put(key, entry);
        order.add(entry);
    }

    /** The key whose turn it is, and since when; it runs until {@link #done}. */
    Optional<DueKey> take(Instant now) {
        if (order.isEmpty() || order.first().due.isAfter(now)) {
            return Optional.empty();
        }
        QueuedKey entry = order.first();
        order.remove(entry);
        waiting.remove(entry.key);
        resting.remove(entry.key);
        running.put(entry.key, now);
        return Optional.of(new DueKey(entry.key, entry.due));
    }

    /** The key runs no more; it waits again if it was added while it ran. */
    void done(Key key, Instant now, Duration rest) {
        if (running.remove(key) == null) {
            throw new IllegalStateException("done, but it was not running: " + key);
        }
        forgetTheRested(now);
        if (rest.isPositive()) {
            resting.put(key, now.plus(rest));
        }
        Instant due = again.remove(key);
        if (due != null) {
            add(key, due);
        }
    }

    private void forgetTheRested(Instant now) {
        Iterator<Instant> ends = resting.values().iterator();
        while (ends.hasNext() && !ends.next().isAfter(now)) {
            ends.remove();
        }
    }

    /** When the next key is due; empty when none waits. */
    Optional<Instant> nextDue() {
        return order.isEmpty() ? Optional.empty() : Optional.of(order.first().due);
    }

    /** The key that was given out first of those that run, and when. */
    Optional<LoopHealth.Since> longestRunning() {
        return running.entrySet().stream()
                .findFirst()
                .map(entry -> new LoopHealth.Since(entry.getKey(), entry.getValue()));
    }

    /** The key whose turn came first of those that wait for it, and when it came. */
    Optional<LoopHealth.Since> longestDue(Instant now) {
        return order.isEmpty() || order.first().due.isAfter(now)
                ? Optional.empty()
                : Optional.of(new LoopHealth.Since(order.first().key, order.first().due));
    }

    int waiting() {
        return waiting.size();
    }

    int running() {
        return running.size();
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** @param due when the turn could have come at the earliest */
    record DueKey(Key key, Instant due) {}

    private record QueuedKey(Key key, Instant due, long number) {}
}
