package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.plugins.PluginHost.PluginMetrics;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The calls that are in one plugin now, those that timed out among them. Any thread. */
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

    /** Its caller waits no longer; the call is still in the plugin. */
    synchronized void timedOut(RunningCall<?> call) {
        overdue.add(call);
    }

    synchronized void left(RunningCall<?> call) {
        calls.remove(call);
        if (overdue.remove(call)) {
            metrics.returnedLate(plugin, call.name());
        }
        notifyAll();
    }

    synchronized int calls() {
        return calls.size();
    }

    synchronized int overdue() {
        return overdue.size();
    }

    /** From now on no room gets in; calls that are under way go on. */
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
