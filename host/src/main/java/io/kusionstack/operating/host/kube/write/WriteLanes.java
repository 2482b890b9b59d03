package io.kusionstack.operating.host.kube.write;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One lane for each Pod: what is handed to a lane runs in order, one at a time; lanes run beside each other. A lane without
 * work leaves nothing behind. Any thread; never blocks.
 */
final class WriteLanes {
    private static final Logger LOG = LoggerFactory.getLogger(WriteLanes.class);

    private final Map<String, Queue<Runnable>> lanes = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** @return false if there is other work in the lane, or the lanes are closed: then this work is not run */
    boolean submitIfIdle(String uid, Runnable work) {
        AtomicBoolean isIdle = new AtomicBoolean();
        Runnable task = guarded(uid, work, new CompletableFuture<>());
        try {
            lanes.computeIfAbsent(uid, ignored -> {
                Queue<Runnable> lane = opened(uid, task);
                isIdle.set(true);
                return lane;
            });
        } catch (RejectedExecutionException closed) {
            return false;
        }
        return isIdle.get();
    }

    /** @return completes when the work has run; exceptionally if it broke, or if the lanes are closed and it is not run */
    CompletableFuture<Void> submit(String uid, Runnable work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Runnable task = guarded(uid, work, done);
        try {
            lanes.compute(uid, (ignored, queue) -> queue == null ? opened(uid, task) : joined(queue, task));
        } catch (RejectedExecutionException closed) {
            done.completeExceptionally(closed);
        }
        return done;
    }

    private static Runnable guarded(String uid, Runnable work, CompletableFuture<Void> done) {
        return () -> CompletableFuture.runAsync(work, Runnable::run).whenComplete((nothing, broken) -> {
            if (broken == null) {
                done.complete(null);
            } else {
                LOG.atError().addKeyValue("pod", uid).setCause(broken).log("The work on a Pod broke in its write lane");
                done.completeExceptionally(broken);
            }
        });
    }

    private Queue<Runnable> opened(String uid, Runnable task) {
        threads.execute(() -> drain(uid, task));
        return joined(new ArrayDeque<>(), task);
    }

    private static Queue<Runnable> joined(Queue<Runnable> queue, Runnable task) {
        queue.add(task);
        return queue;
    }

    /** How many lanes have work. */
    int busy() {
        return lanes.size();
    }

    private void drain(String uid, Runnable first) {
        for (Runnable work = first; work != null; work = next(uid)) {
            work.run();
        }
    }

    private @Nullable Runnable next(String uid) {
        AtomicReference<Runnable> next = new AtomicReference<>();
        lanes.computeIfPresent(uid, (ignored, queue) -> {
            queue.remove();
            next.set(queue.peek());
            return queue.isEmpty() ? null : queue;
        });
        return next.get();
    }

    /** Takes no more, and lets what was handed in run to its end for at most so long; what is left is interrupted. */
    void close(Duration patience) {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
