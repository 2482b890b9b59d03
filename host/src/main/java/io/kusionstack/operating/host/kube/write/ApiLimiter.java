package io.kusionstack.operating.host.kube.write;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Limits how many writes of all kinds are under way at once, decides which is next, and pauses for as long as the API server
 * asks for. The number follows latency and refusals for lack of time ({@link Pace}). Where several classes wait, each
 * gets its share by weight, so that none starves; within a class the first come goes first. Any thread; waits its turn.
 */
final class ApiLimiter {
    private static final long STRIDE = 1 << 20;

    private final ReentrantLock lock = new ReentrantLock();
    // guarded by lock
    private final Map<Urgency, Queue> queues = new EnumMap<>(Urgency.class);
    private final Pace pace;
    private int underWay;
    private long reached;
    private long silentUntil = System.nanoTime();

    /** The writes that wait in one class, and how far the class has come: the class that is behind goes next. */
    private static final class Queue {
        private final Deque<Admittance> turns = new ArrayDeque<>();
        private long pass;
    }

    private static final class Admittance {
        private final Condition given;
        private boolean isGiven;

        Admittance(Condition given) {
            this.given = given;
        }
    }

    /** @param most under way at once */
    ApiLimiter(int most) {
        this.pace = new Pace(most);
        for (Urgency urgency : Urgency.values()) {
            queues.put(urgency, new Queue());
        }
    }

    /** Blocks until it is this one's turn; to be followed by {@link #leave}. */
    void enter(Urgency urgency) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Queue queue = queue(urgency);
            if (queue.turns.isEmpty()) {
                // a class that had nothing to do has saved nothing up
                queue.pass = Math.max(queue.pass, reached);
            }
            Admittance turn = new Admittance(lock.newCondition());
            queue.turns.add(turn);
            await(turn, queue);
        } finally {
            lock.unlock();
        }
    }

    private void await(Admittance turn, Queue queue) throws InterruptedException {
        try {
            giveTurns();
            while (!turn.isGiven) {
                long silence = silentUntil - System.nanoTime();
                if (silence > 0) {
                    turn.given.awaitNanos(silence);
                    giveTurns();
                } else {
                    turn.given.await();
                }
            }
        } catch (InterruptedException e) {
            if (turn.isGiven) {
                underWay = underWay - 1;
            } else {
                queue.turns.remove(turn);
            }
            giveTurns();
            throw e;
        }
    }

    private void giveTurns() {
        while (underWay < pace.limit() && silentUntil - System.nanoTime() <= 0) {
            Optional<Urgency> next = next();
            if (next.isEmpty()) {
                return;
            }
            Queue queue = queue(next.get());
            Admittance turn = queue.turns.remove();
            reached = queue.pass;
            queue.pass += STRIDE / next.get().weight();
            underWay = underWay + 1;
            turn.isGiven = true;
            turn.given.signal();
        }
    }

    private Optional<Urgency> next() {
        Optional<Urgency> next = Optional.empty();
        for (Urgency urgency : Urgency.values()) {
            if (!queue(urgency).turns.isEmpty() && (next.isEmpty() || queue(urgency).pass < queue(next.get()).pass)) {
                next = Optional.of(urgency);
            }
        }
        return next;
    }

    private Queue queue(Urgency urgency) {
        return Objects.requireNonNull(queues.get(urgency));
    }

    void leave() {
        lock.lock();
        try {
            underWay = underWay - 1;
            giveTurns();
        } finally {
            lock.unlock();
        }
    }

    /** A write was taken after so long. */
    void answered(Duration latency) {
        lock.lock();
        try {
            pace.answered(latency, System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /** The API server has no time and asks for patience: nothing enters for so long, and less at once after that. */
    void pause(Duration silence) {
        lock.lock();
        try {
            long now = System.nanoTime();
            pace.busy(now);
            long until = now + silence.toNanos();
            if (until - silentUntil > 0) {
                silentUntil = until;
                // no turn is given before the silence ends
                queues.values().stream()
                        .filter(queue -> !queue.turns.isEmpty())
                        .forEach(queue -> queue.turns.element().given.signal());
            }
        } finally {
            lock.unlock();
        }
    }
}
