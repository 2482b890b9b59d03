package io.kusionstack.operating.testbed.slb;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The script of what goes wrong. A line counts the calls of its action from when it was added; the first line that wants a
 * call has it. Any thread.
 */
public final class SlbFaults {
    /** Stands for every action. */
    public static final String ANY = "*";

    private final List<Line> lines = new ArrayList<>();
    private CountDownLatch release = new CountDownLatch(1);

    SlbFaults() {}

    /** Every call of the action fails so, until {@link #clear}. */
    public void always(String action, SlbFault fault) {
        add(action, 0, Integer.MAX_VALUE, fault);
    }

    /** The next call of the action fails so. */
    public void next(String action, SlbFault fault) {
        add(action, 0, 1, fault);
    }

    /** After {@code skip} calls of the action that go well, {@code times} fail so. */
    public synchronized void add(String action, int skip, int times, SlbFault fault) {
        lines.add(new Line(action, skip, times, fault));
    }

    /** From now on all goes well; calls that are held up go on at once. */
    public synchronized void clear() {
        lines.clear();
        release.countDown();
        release = new CountDownLatch(1);
    }

    synchronized Optional<SlbFault> take(String action) {
        for (Line line : lines) {
            if (line.action.equals(ANY) || line.action.equals(action)) {
                if (line.skip > 0) {
                    line.skip--;
                } else if (line.times > 0) {
                    line.times--;
                    return Optional.of(line.fault);
                }
            }
        }
        return Optional.empty();
    }

    /** Holds the calling thread up, no longer than until {@link #clear}. */
    void hold(Duration limit) {
        if (limit.isZero()) {
            return;
        }
        CountDownLatch released;
        synchronized (this) {
            released = release;
        }
        try {
            released.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Line {
        private final String action;
        private final SlbFault fault;
        private int skip;
        private int times;

        Line(String action, int skip, int times, SlbFault fault) {
            this.action = action;
            this.skip = skip;
            this.times = times;
            this.fault = fault;
        }
    }
}
