package io.kusionstack.operating.host.kernel;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a {@link Reconciler} for the keys it is told of: each key on at most one virtual thread at a time, at most
 * {@code workers} keys at once. An exception brings the key back with back-off; so does what an {@link Outcome} asks for,
 * without. A key that is told of while it runs, runs again after; after each look it may have to rest. Any thread may call
 * any method.
 *
 * <pre>{@code
 * KeyQueue queue = new KeyQueue(InstantSource.system());
 * cache.onChange((before, after) -> queue.enqueue(keyOf(before, after)));
 * Controller controller = new Controller("collaset", reconciler, ControllerSettings.of(16, Cooldown.none()), metrics, queue);
 * controller.start();
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
    private final KeyQueue queue;
    private final Map<Key, Integer> failures = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Thread> dispatcher = new AtomicReference<>();

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

    /**
     * @param name one word for threads, logs and metrics
     * @param queue its own; what was told to it before is looked at
     */
    public Controller(
            String name, Reconciler reconciler, ControllerSettings settings, LoopMetrics metrics, KeyQueue queue) {
        this.name = name;
        this.reconciler = reconciler;
        this.settings = settings;
        this.metrics = metrics;
        this.queue = queue;
    }

    /** Begins to work; once. */
    public void start() {
        Thread mine = Thread.ofVirtual().name(name + "-dispatcher").unstarted(this::dispatch);
        if (!dispatcher.compareAndSet(null, mine)) {
            throw new IllegalStateException("controller " + name + " was started before");
        }
        mine.start();
    }

    /** How the loop does now; it is well before it starts and once it is told to stop. */
    public LoopHealth health() {
        return queue.health(name, Optional.ofNullable(dispatcher.get()).map(Thread::isAlive), settings.workers);
    }

    /**
     * Gives out no more keys and waits for those that run. Keys that wait stay undone: the next leader looks at all.
     *
     * @return false if some still ran when the time was over
     */
    public boolean stop(Duration patience) throws InterruptedException {
        return queue.close(patience);
    }

    private void dispatch() {
        try {
            for (Optional<WorkQueue.DueKey> due = next(); due.isPresent(); due = next()) {
                Key key = due.get().key();
                Thread.ofVirtual().name(name + " " + key).start(() -> look(key));
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<WorkQueue.DueKey> next() throws InterruptedException {
        Optional<WorkQueue.DueKey> next = queue.next(settings.workers);
        next.ifPresent(key ->
                metrics.taken(name, Duration.between(key.due(), queue.clock().instant()), queue.waiting()));
        return next;
    }

    private void look(Key key) {
        Instant start = queue.clock().instant();
        try {
            Outcome outcome = reconciler.reconcile(key, start);
            metrics.reconciled(name, Duration.between(start, queue.clock().instant()));
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
        return failures.getOrDefault(key, 0);
    }

    private void end(Key key, Instant start, Optional<Duration> again, int inARow) {
        if (inARow == 0) {
            failures.remove(key);
        } else {
            failures.put(key, inARow);
        }
        Duration lasted = Duration.between(start, queue.clock().instant());
        queue.done(key, again, settings.rest.after(lasted));
    }
}
