package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.kernel.Key;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts the Pods that wait for traffic, over all Services of a plugin. Any thread. */
final class Waiting {
    private final TrafficMetrics metrics;
    private final Map<Key, Count> counts = new ConcurrentHashMap<>();

    private record Count(String plugin, int on, int off) {}

    Waiting(TrafficMetrics metrics) {
        this.metrics = metrics;
    }

    void note(Key service, String plugin, TrafficPlan plan) {
        Count now = new Count(plugin, plan.waitingOn(), plan.waitingOff());
        Count before = counts.put(service, now);
        if (!now.equals(before)) {
            show(plugin);
            if (before != null && !before.plugin().equals(plugin)) {
                show(before.plugin());
            }
        }
    }

    void forget(Key service) {
        Count before = counts.remove(service);
        if (before != null) {
            show(before.plugin());
        }
    }

    private void show(String plugin) {
        int on = 0;
        int off = 0;
        for (Count count : counts.values()) {
            if (count.plugin().equals(plugin)) {
                on += count.on();
                off += count.off();
            }
        }
        metrics.waiting(plugin, on, off);
    }
}
