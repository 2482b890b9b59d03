package io.kusionstack.operating.testbed.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Requests under way, and what became of those that ended. A request is misrouted if its Pod did not answer during all of
 * it: its container was not running and ready, or was stopped meanwhile. For one thread.
 */
final class Ledger {
    /** A request is judged so long after its end: by then the nodes have written down what they did. */
    static final Duration MARGIN = Duration.ofMillis(500);

    private static final int EXAMPLES = 10;

    private final PriorityQueue<Request> underWay = new PriorityQueue<>(Comparator.comparing(Request::to));
    private final List<Request> examples = new ArrayList<>();
    private long answered;
    private long misrouted;
    private long unserved;

    /** Who knows whether an address answered from one instant to another. */
    interface Truth {
        boolean answered(String address, Instant from, Instant to);
    }

    void sent(Request request) {
        underWay.add(request);
    }

    /** There was nobody to send a request to. */
    void unserved() {
        unserved++;
    }

    /** Judges what has ended long enough before {@code now}. */
    void judge(Instant now, Truth truth) {
        Instant last = now.minus(MARGIN);
        for (Request next = underWay.peek(); next != null && !next.to().isAfter(last); next = underWay.peek()) {
            underWay.remove();
            if (truth.answered(next.address(), next.from(), next.to())) {
                answered++;
            } else {
                misrouted++;
                if (examples.size() < EXAMPLES) {
                    examples.add(next);
                }
            }
        }
    }

    int underWay() {
        return underWay.size();
    }

    Counts counts() {
        return new Counts(answered, misrouted, unserved, examples);
    }
}
