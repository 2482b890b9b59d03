package io.kusionstack.operating.host.kernel;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The keys that one controller has to look at. It is made before its controller and before those that tell it of keys: what is told
 * before the start waits for it. Any thread may call any method.
 */
public final class KeyQueue implements Consumer<Key> {
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // guarded by lock
    private final WorkQueue queue = new WorkQueue();
    private boolean closed;

    public KeyQueue(InstantSource clock) {
        this.clock = clock;
    }

    /** Look at the object as soon as possible. Cheap, never blocks for long. */
    public void enqueue(Key key) {
        enqueueAfter(key, Duration.ZERO);
    }

    /** Look at the object once this time has passed, or earlier if it is told of again. */
    public void enqueueAfter(Key key, Duration delay) {
        lock.lock();
        try {
            queue.add(key, clock.instant().plus(delay));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #enqueue}. */
    @Override
    public void accept(Key key) {
        enqueue(key);
    }

    InstantSource clock() {
        return clock;
    }

    /** Waits for a key that is due while fewer than so many run; empty once the queue is closed. */
    Optional<WorkQueue.DueKey> next(int workers) throws InterruptedException {
        lock.lock();
        try {
            while (!closed) {
                Instant now = clock.instant();
                Optional<WorkQueue.DueKey> due = queue.running() < workers ? queue.take(now) : Optional.empty();
                if (due.isPresent()) {
                    return due;
                }
                await(now, workers);
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private void await(Instant now, int workers) throws InterruptedException {
        Optional<Instant> due = queue.running() < workers ? queue.nextDue() : Optional.empty();
        if (due.isEmpty()) {
            changed.await();
            return;
        }
        // a millisecond more than asked: the clock may be coarser than the timer
        long millis = Math.min(Duration.between(now, due.get()).toMillis(), TimeUnit.HOURS.toMillis(1)) + 1;
        changed.await(millis, TimeUnit.MILLISECONDS);
    }

    /**
     * The key runs no more.
     *
     * @param again when it is to run again though no event tells of it
     * @param rest how long it waits even if one does
     */
    void done(Key key, Optional<Duration> again, Duration rest) {
        lock.lock();
        try {
            Instant now = clock.instant();
            again.ifPresent(after -> queue.add(key, now.plus(after)));
            queue.done(key, now, rest);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives out no more keys, and waits for those that run.
     *
     * @return false if some still ran when the time was over
     */
    boolean close(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            long left = patience.toNanos();
            while (queue.running() > 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
            return queue.running() == 0;
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return queue.waiting();
        } finally {
            lock.unlock();
        }
    }

    /** @param dispatching empty before the start; false if the thread that gives out keys has died */
    LoopHealth health(String name, Optional<Boolean> dispatching, int workers) {
        lock.lock();
        try {
            boolean working = dispatching.isPresent() && !closed;
            boolean free = working && queue.running() < workers;
            return new LoopHealth(
                    name,
                    !working || dispatching.get(),
                    queue.longestRunning(),
                    free ? queue.longestDue(clock.instant()) : Optional.empty());
        } finally {
            lock.unlock();
        }
    }
}
