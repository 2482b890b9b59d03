package io.kusionstack.operating.host.plugins;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The calls that are in one plugin now, including those whose callers have given up. Any thread. */
final class InFlight {
    private final String plugin;
    private final PluginMetrics metrics;
    // guarded by this
    private final Set<RunningCall<?>> calls = new HashSet<>();
    private final Set<RunningCall<?>> overdue = new HashSet<>();
    private boolean stopped;

    InFlight(String plugin, PluginMetrics metrics) {
        this.plugin = plugin;
        this.metrics = metrics;
    }

    /** False once {@link #stop} was called. */
    synchronized boolean enter(RunningCall<?> call) {
        return !stopped && calls.add(call);
    }

    /** For what starts and ends the plugin. */
    synchronized void enterAlways(RunningCall<?> call) {
        calls.add(call);
    }

    /** A call that has left by now was late, too: who asked had given up before it did. */
    synchronized void overran(RunningCall<?> call) {
        if (calls.contains(call)) {
            overdue.add(call);
        } else {
            metrics.returnedLate(plugin, call.what());
        }
    }

    synchronized void left(RunningCall<?> call) {
        calls.remove(call);
        if (overdue.remove(call)) {
            metrics.returnedLate(plugin, call.what());
        }
        notifyAll();
    }

    synchronized int calls() {
        return calls.size();
    }

    synchronized int overdue() {
        return overdue.size();
    }

    synchronized void stop() {
        stopped = true;
    }

    /** False if calls are still under way after so long. */
    synchronized boolean awaitIdle(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!calls.isEmpty()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }
}
