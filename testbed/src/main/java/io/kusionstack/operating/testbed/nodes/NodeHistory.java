package io.kusionstack.operating.testbed.nodes;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * When each Pod really answered: all its containers running and ready, whatever the API said at that time. It remembers
 * the last 64 changes of each of the last 20,000 Pods. Safe for any thread.
 */
public final class NodeHistory {
    private static final int PODS = 20_000;
    private static final int CHANGES = 64;

    private record Change(Instant at, boolean serving) {}

    private final Map<String, Deque<Change>> pods = new LinkedHashMap<>();

    NodeHistory() {}

    /** Whether the Pod would have answered a request at that instant; a Pod unknown or forgotten did not. */
    public synchronized boolean wasServing(String podUid, Instant at) {
        Deque<Change> changes = pods.getOrDefault(podUid, new ArrayDeque<>());
        Iterator<Change> newestFirst = changes.descendingIterator();
        while (newestFirst.hasNext()) {
            Change change = newestFirst.next();
            if (!change.at().isAfter(at)) {
                return change.serving();
            }
        }
        return false;
    }

    /** Whether the Pod answered from one instant to another without a break; the end included. */
    public synchronized boolean wasServing(String podUid, Instant from, Instant to) {
        return wasServing(podUid, from)
                && pods.getOrDefault(podUid, new ArrayDeque<>()).stream()
                        .noneMatch(change -> !change.serving()
                                && change.at().isAfter(from)
                                && !change.at().isAfter(to));
    }

    /** Whether the Pod answers now. */
    public synchronized boolean isServing(String podUid) {
        return Optional.ofNullable(pods.get(podUid))
                .map(Deque::peekLast)
                .map(Change::serving)
                .orElse(false);
    }

    synchronized void record(String podUid, Instant at, boolean serving) {
        Deque<Change> changes = pods.computeIfAbsent(podUid, uid -> new ArrayDeque<>());
        Change last = changes.peekLast();
        if (last == null ? !serving : last.serving() == serving) {
            return;
        }
        changes.addLast(new Change(at, serving));
        if (changes.size() > CHANGES) {
            changes.removeFirst();
        }
        if (pods.size() > PODS) {
            Iterator<String> oldest = pods.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }
}
