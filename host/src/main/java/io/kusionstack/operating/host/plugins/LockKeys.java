package io.kusionstack.operating.host.plugins;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** One call at a time for equal keys. A key is kept while somebody holds it or waits for it. Any thread. */
final class LockKeys {
    private final Map<String, Lock> locks = new HashMap<>();

    /** Not bound to a thread: a call that was given up frees it on another one. */
    private static final class Lock {
        private final Semaphore free = new Semaphore(1, true);
        private int users;
    }

    /**
     * Takes the key.
     *
     * @return what frees it again, once and from any thread; empty if that took too long
     */
    Optional<Runnable> take(String key, Duration limit) throws InterruptedException {
        Lock lock = enter(key);
        boolean taken = false;
        try {
            taken = lock.free.tryAcquire(Math.max(0, limit.toNanos()), TimeUnit.NANOSECONDS);
        } finally {
            if (!taken) {
                leave(key, lock);
            }
        }
        return taken ? Optional.of(() -> give(key, lock)) : Optional.empty();
    }

    private void give(String key, Lock lock) {
        lock.free.release();
        leave(key, lock);
    }

    private synchronized Lock enter(String key) {
        Lock lock = locks.computeIfAbsent(key, absent -> new Lock());
        lock.users++;
        return lock;
    }

    private synchronized void leave(String key, Lock lock) {
        if (--lock.users == 0) {
            locks.remove(key);
        }
    }

    synchronized int size() {
        return locks.size();
    }
}
