package io.kusionstack.operating.host.kernel;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Runs work on a virtual thread after a while; what is left when it closes is not run. Any thread; never blocks. */
public final class DelayedTasks implements AutoCloseable {
    private final String name;
    private final ScheduledExecutorService timer;

    /** @param name of the threads */
    public DelayedTasks(String name) {
        this.name = name;
        timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name(name + "-timer").daemon().factory());
    }

    public void after(Duration delay, Runnable work) {
        try {
            timer.schedule(
                    () -> Thread.ofVirtual().name(name + "-later").start(work), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // closed: no result is awaited any more
            return;
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
