package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.plan.Action;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Events that wait to be sent. Warnings go first and have places of their own: what is only told of progress never crowds them out. Any thread. */
final class EventQueue {
    private final int mostWaiting;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition offered = lock.newCondition();
    // guarded by lock
    private final Queue<Action.Announce> warnings = new ArrayDeque<>();
    private final Queue<Action.Announce> others = new ArrayDeque<>();

    /** @param mostWaiting warnings, and as many others */
    EventQueue(int mostWaiting) {
        this.mostWaiting = mostWaiting;
    }

    /** @return false if there is no place for it, and it is dropped */
    boolean offer(Action.Announce event) {
        lock.lock();
        try {
            Queue<Action.Announce> queue = event.severity() == Action.Severity.WARNING ? warnings : others;
            if (queue.size() >= mostWaiting) {
                return false;
            }
            queue.add(event);
            offered.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The next one; blocks until there is one.
     *
     * @param rest how long only a warning is given out
     */
    Action.Announce take(Duration rest) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = rest.toNanos();
            while (left > 0 && warnings.isEmpty()) {
                left = offered.awaitNanos(left);
            }
            while (warnings.isEmpty() && others.isEmpty()) {
                offered.await();
            }
            return warnings.isEmpty() ? others.remove() : warnings.remove();
        } finally {
            lock.unlock();
        }
    }
}
