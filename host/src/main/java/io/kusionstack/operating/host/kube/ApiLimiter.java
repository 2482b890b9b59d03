package io.kusionstack.operating.host.kube;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many writes are under way at once, all kinds together; and silence for as long as the API server asks for. Any
 * thread; waits its turn.
 */
final class ApiLimiter {
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private final int most;
    private int underWay;
    private long silentUntil = System.nanoTime();

    ApiLimiter(int most) {
        this.most = most;
    }

    /** Blocks until there is room; to be followed by {@link #leave}. */
    void enter() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                long silence = silentUntil - System.nanoTime();
                if (silence > 0) {
                    changed.await(silence, TimeUnit.NANOSECONDS);
                } else if (underWay >= most) {
                    changed.await();
                } else {
                    underWay = underWay + 1;
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            underWay = underWay - 1;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The API server asked for patience: nothing enters for so long. */
    void pause(Duration silence) {
        lock.lock();
        try {
            long until = System.nanoTime() + silence.toNanos();
            if (until - silentUntil > 0) {
                silentUntil = until;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
