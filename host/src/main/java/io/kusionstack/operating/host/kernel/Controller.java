package io.kusionstack.operating.host.kernel;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a {@link Reconciler} for the keys it is told of: each key on at most one virtual thread at a time, at most
 * {@code workers} keys at once. An exception brings the key back with back-off; so does what an {@link Outcome} asks for,
 * without. A key that is told of while it runs, runs again after; after each look it may have to rest. Any thread may call
 * any method.
 *
 * <pre>{@code
 * Controller controller = new Controller("collaset", reconciler, Settings.of(16, Rest.none()), metrics, InstantSource.system());
 * controller.start();
 * cache.onChange((before, after) -> controller.enqueue(keyOf(before, after)));
 * ...
 * controller.stop(Duration.ofSeconds(20));
 * }</pre>
 */
public final class Controller {
    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);

    private final String name;
    private final Reconciler reconciler;
    private final ControllerSettings settings;
    private final LoopMetrics metrics;
    private final InstantSource clock;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // guarded by lock
    private final WorkQueue queue = new WorkQueue();
    private final Map<Key, Integer> failures = new HashMap<>();
    private Optional<Thread> dispatcher = Optional.empty();
    private boolean stopping;

    /**
     * @param workers how many keys run at once, at least 1
     * @param backoff how long a key waits after a failure
     * @param rest how long it waits after every look
     */
    public record ControllerSettings(int workers, Backoff backoff, Cooldown rest) {
        public ControllerSettings {
            if (workers < 1) {
                throw new IllegalArgumentException("workers must be at least 1: " + workers);
            }
        }

        public static ControllerSettings of(int workers, Cooldown rest) {
            return new ControllerSettings(workers, Backoff.standard(), rest);
        }
    }

    /** @param name one word for threads, logs and metrics */
    public Controller(
            String name, Reconciler reconciler, ControllerSettings settings, LoopMetrics metrics, InstantSource clock) {
        this.name = name;
        this.reconciler = reconciler;
        this.settings = settings;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Look at the object as soon as possible. Cheap, never blocks for long; remembered before {@link #start} too. */
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

    /** Begins to work; once. */
    public void start() {
        lock.lock();
        try {
            if (dispatcher.isPresent()) {
                throw new IllegalStateException("controller " + name + " was started before");
            }
            dispatcher =
                    Optional.of(Thread.ofVirtual().name(name + "-dispatcher").start(this::dispatch));
        } finally {
            lock.unlock();
        }
    }

    /** How the loop does now; it is well before it starts and once it is told to stop. */
    public LoopHealth health() {
        lock.lock();
        try {
            boolean working = dispatcher.isPresent() && !stopping;
            boolean free = working && queue.running() < settings.workers;
            return new LoopHealth(
                    name,
                    !working || dispatcher.filter(Thread::isAlive).isPresent(),
                    queue.longestRunning(),
                    free ? queue.longestDue(clock.instant()) : Optional.empty());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives out no more keys and waits for those that run. Keys that wait stay undone: whoever leads next looks at all.
     *
     * @return false if some still ran when the time was over
     */
    public boolean stop(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            stopping = true;
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

    private void dispatch() {
        try {
            for (Optional<WorkQueue.DueKey> turn = next(); turn.isPresent(); turn = next()) {
                Key key = turn.get().key();
                Thread.ofVirtual().name(name + " " + key).start(() -> look(key));
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a key that is due and a worker that is free; empty when the controller stops. */
    private Optional<WorkQueue.DueKey> next() throws InterruptedException {
        lock.lock();
        try {
            while (!stopping) {
                Instant now = clock.instant();
                Optional<WorkQueue.DueKey> turn =
                        queue.running() < settings.workers ? queue.take(now) : Optional.empty();
                if (turn.isPresent()) {
                    metrics.taken(name, Duration.between(turn.get().due(), now), queue.waiting());
                    return turn;
                }
                await(now);
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private void await(Instant now) throws InterruptedException {
        Optional<Instant> due = queue.running() < settings.workers ? queue.nextDue() : Optional.empty();
        if (due.isEmpty()) {
            changed.await();
            return;
        }
        // a millisecond more than asked: the clock may be coarser than the timer
        long millis = Math.min(Duration.between(now, due.get()).toMillis(), TimeUnit.HOURS.toMillis(1)) + 1;
        changed.await(millis, TimeUnit.MILLISECONDS);
    }

    private void look(Key key) {
        Instant start = clock.instant();
        try {
            Outcome outcome = reconciler.reconcile(key, start);
            metrics.reconciled(name, Duration.between(start, clock.instant()));
            finish(key, start, outcome);
        } catch (Throwable failure) {
            fail(key, start, failure);
        }
    }

    private void finish(Key key, Instant start, Outcome outcome) {
        switch (outcome) {
            case Outcome.Done done -> end(key, start, Optional.empty(), 0);
            case Outcome.RequeueAfter again -> {
                metrics.looksAgain(name, again.why(), again.after());
                end(key, start, Optional.of(again.after()), 0);
            }
        }
    }

    private void fail(Key key, Instant start, Throwable failure) {
        int inARow = failuresOf(key) + 1;
        Duration delay = settings.backoff.after(inARow);
        metrics.failed(name, inARow);
        LOG.atWarn()
                .setCause(failure)
                .addKeyValue("controller", name)
                .addKeyValue("namespace", key.namespace())
                .addKeyValue("name", key.name())
                .addKeyValue("failures", inARow)
                .addKeyValue("after", delay)
                .log("Looking at an object failed, will look again");
        end(key, start, Optional.of(delay), inARow);
    }

    private int failuresOf(Key key) {
        lock.lock();
        try {
            return failures.getOrDefault(key, 0);
        } finally {
            lock.unlock();
        }
    }

    private void end(Key key, Instant start, Optional<Duration> again, int inARow) {
        lock.lock();
        try {
            Instant now = clock.instant();
            if (inARow == 0) {
                failures.remove(key);
            } else {
                failures.put(key, inARow);
            }
            again.ifPresent(after -> queue.add(key, now.plus(after)));
            queue.done(key, now, settings.rest.after(Duration.between(start, now)));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
