package io.kusionstack.operating.testbed.slb;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Every call, in the order in which they were decided; the oldest are forgotten after 100,000. Any thread. */
public final class SlbJournal {
    private static final int CALLS = 100_000;

    private final Deque<SlbCall> calls = new ArrayDeque<>();

    SlbJournal() {}

    /** All of them, as they are now. */
    public synchronized List<SlbCall> calls() {
        return List.copyOf(calls);
    }

    /** Those of one action. */
    public synchronized List<SlbCall> calls(String action) {
        List<SlbCall> some = new ArrayList<>();
        for (SlbCall call : calls) {
            if (call.action().equals(action)) {
                some.add(call);
            }
        }
        return some;
    }

    synchronized void add(SlbCall call) {
        calls.addLast(call);
        if (calls.size() > CALLS) {
            calls.removeFirst();
        }
    }
}
