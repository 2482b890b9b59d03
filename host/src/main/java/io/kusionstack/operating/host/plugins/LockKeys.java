package io.kusionstack.operating.host.plugins;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One call at a time for equal keys. While a key is held other calls wait in line, first come, first served, as long as the
 * line moves: once a call has held the key for longer than a moment, all others are turned away, so that a call that hangs
 * blocks no thread but its own. A key takes memory only while it is held or waited for. Any thread.
 */
final class LockKeys {
    private final Bounds bounds;
    private final ReentrantLock mutex = new ReentrantLock();
    // guarded by mutex
    private final Map<String, Line> lines = new HashMap<>();
    private int waiting;

    /**
     * How many calls may wait, and for how long a holder.
     *
     * @param line for one key
     * @param all for all keys together
     * @param patience how long the key may have been held by one call
     */
    record Bounds(int line, int all, Duration patience) {}

    LockKeys(Bounds bounds) {
        this.bounds = bounds;
    }

    /** The result of an attempt to take a key. */
    sealed interface KeyTurn {
        /** @param free frees the key again, once and from any thread: a call that timed out frees it on the thread of the plugin */
        record KeyTaken(Runnable free) implements KeyTurn {}

        /** @param held how long the call that holds the key has had it */
        record KeyBusy(Duration held) implements KeyTurn {}
    }

    /** The calls that hold one key or wait for it. */
    private static final class Line {
        private final Condition moved;
        private final Deque<Object> waiting = new ArrayDeque<>();
        private boolean isHeld;
        private long since;

        Line(Condition moved) {
            this.moved = moved;
        }

        Duration held() {
            return isHeld ? Duration.ofNanos(System.nanoTime() - since) : Duration.ZERO;
        }
    }

    /** Takes the key if it is free now. */
    KeyTurn take(String key) {
        return take(key, Duration.ZERO);
    }

    /** Takes the key, or returns how long another call has held it. An interrupted thread does not wait. */
    KeyTurn take(String key, Duration limit) {
        mutex.lock();
        try {
            Line line = lines.computeIfAbsent(key, absent -> new Line(mutex.newCondition()));
            boolean isMine = !line.isHeld && line.waiting.isEmpty();
            return isMine || await(line, limit) ? hold(key, line) : new KeyTurn.KeyBusy(line.held());
        } finally {
            forget(key);
            mutex.unlock();
        }
    }

    private boolean await(Line line, Duration limit) {
        if (line.waiting.size() >= bounds.line() || waiting >= bounds.all()) {
            return false;
        }
        long end = System.nanoTime() + limit.toNanos();
        Object me = new Object();
        line.waiting.add(me);
        waiting++;
        try {
            while (line.isHeld || line.waiting.peek() != me) {
                long left = Math.min(
                        end - System.nanoTime(),
                        bounds.patience().minus(line.held()).toNanos());
                if (left <= 0) {
                    return false;
                }
                line.moved.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            waiting--;
            line.waiting.remove(me);
            line.moved.signalAll();
        }
    }

    private KeyTurn hold(String key, Line line) {
        line.isHeld = true;
        line.since = System.nanoTime();
        return new KeyTurn.KeyTaken(() -> free(key, line));
    }

    private void free(String key, Line line) {
        mutex.lock();
        try {
            line.isHeld = false;
            line.moved.signalAll();
            forget(key);
        } finally {
            mutex.unlock();
        }
    }

    private void forget(String key) {
        Line line = lines.get(key);
        if (line != null && !line.isHeld && line.waiting.isEmpty()) {
            lines.remove(key);
        }
    }

    int waiting() {
        mutex.lock();
        try {
            return waiting;
        } finally {
            mutex.unlock();
        }
    }

    int size() {
        mutex.lock();
        try {
            return lines.size();
        } finally {
            mutex.unlock();
        }
    }
}
