package io.kusionstack.operating.testbed.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.testbed.api.ApiException;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.PatchType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Clock, timer thread and bounded writes that all lanes share. Safe for any thread. */
final class Shell implements AutoCloseable {
    static final Duration RETRY = Duration.ofMillis(200);

    private static final Logger LOG = LoggerFactory.getLogger(Shell.class);

    private final KubeApi api;
    private final LiveWorld world;
    private final Clock clock;
    private final NodeHistory history = new NodeHistory();
    private final Semaphore inFlight;
    private final AtomicLong statusWrites = new AtomicLong();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("simulated-nodes").factory());
    private final ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean closed;

    Shell(KubeApi api, LiveWorld world, Clock clock, int writesInFlight) {
        this.api = api;
        this.world = world;
        this.clock = clock;
        this.inFlight = new Semaphore(writesInFlight);
        timer.setRemoveOnCancelPolicy(true);
    }

    Instant now() {
        return clock.instant();
    }

    LiveWorld world() {
        return world;
    }

    NodeHistory history() {
        return history;
    }

    long statusWrites() {
        return statusWrites.get();
    }

    /** Runs the task on the timer thread at that instant; null when the shell is closed. */
    @Nullable
    Future<?> at(Instant time, Runnable task) {
        try {
            long nanos = Math.max(0, Duration.between(now(), time).toNanos());
            return timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            return null;
        }
    }

    void every(Duration period, Runnable task) {
        timer.scheduleAtFixedRate(() -> background(task), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Runs a blocking task on a thread of its own. */
    void background(Runnable task) {
        try {
            writers.execute(task);
        } catch (RejectedExecutionException closed) {
            LOG.atDebug().log("A task came after the nodes were closed");
        }
    }

    /** Runs a blocking write on a thread of its own, when one of the writes in flight has ended; not after the close. */
    void write(Runnable task) {
        background(() -> {
            inFlight.acquireUninterruptibly();
            try {
                if (!closed) {
                    task.run();
                }
            } finally {
                inFlight.release();
            }
        });
    }

    void patchStatus(String path, JsonNode patch) {
        api.send(path + "/status", PatchType.STRATEGIC_MERGE, patch);
        statusWrites.incrementAndGet();
    }

    void delete(String path, JsonNode options) {
        api.delete(path, options);
    }

    /**
     * Whether the server's refusal will stay. A conflict will not: either others wrote the Pod too often meanwhile, or it
     * was replaced, which the watch is about to say.
     */
    boolean isFinal(PodView pod, ApiException refusal) {
        boolean passes = refusal.isConflict() || refusal.status() == 429 || refusal.status() >= 500;
        if (!passes && !refusal.isNotFound()) {
            LOG.atWarn().setCause(refusal).addKeyValue("pod", pod.key()).log("Status write refused");
        }
        return !passes;
    }

    /** Writes that wait are dropped. Those under way end with the client: it cannot bear to be interrupted. */
    @Override
    public void close() {
        closed = true;
        timer.shutdownNow();
        writers.shutdown();
    }
}
