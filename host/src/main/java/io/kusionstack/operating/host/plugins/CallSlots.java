package io.kusionstack.operating.host.plugins;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Room for so many calls at once, and for as many that wait for it, first come, first served. Any thread. */
final class CallSlots {
    private final int size;
    private final Semaphore free;
    private final Semaphore queue;

    CallSlots(int size) {
        this.size = size;
        free = new Semaphore(size, true);
        queue = new Semaphore(size);
    }

    int size() {
        return size;
    }

    /** False if none became free in time, or too many wait already. */
    boolean take(Duration patience) {
        if (free.tryAcquire()) {
            return true;
        }
        if (!queue.tryAcquire()) {
            return false;
        }
        try {
            return free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            queue.release();
        }
    }

    void give() {
        free.release();
    }
}
