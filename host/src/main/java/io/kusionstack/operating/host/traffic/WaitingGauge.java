package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.kernel.Key;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts the Pods that wait for traffic, over all Services of a plugin. Any thread. */
final class WaitingGauge {
    private final TrafficMetrics metrics;
    private final Map<Key, WaitingCount> counts = new ConcurrentHashMap<>();

    private record WaitingCount(String plugin, int on, int off) {}

    WaitingGauge(TrafficMetrics metrics) {
        this.metrics = metrics;
    }

    void note(Key service, String plugin, TrafficPlan plan) {
        WaitingCount now = new WaitingCount(plugin, plan.waitingOn(), plan.waitingOff());
        WaitingCount before = counts.put(service, now);
        if (!now.equals(before)) {
            show(plugin);
            if (before != null && !before.plugin().equals(plugin)) {
                show(before.plugin());
            }
        }
    }

    void forget(Key service) {
        WaitingCount before = counts.remove(service);
        if (before != null) {
            show(before.plugin());
        }
    }

    private void show(String plugin) {
        int on = 0;
        int off = 0;
        for (WaitingCount count : counts.values()) {
            if (count.plugin().equals(plugin)) {
                on += count.on();
                off += count.off();
            }
        }
        metrics.waiting(plugin, on, off);
    }
}
