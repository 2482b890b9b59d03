package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.plugins.PluginHost.PluginMetrics;
import io.kusionstack.operating.plugin.Meters;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/** Counts by a line of text. */
final class CountingPluginMetrics implements PluginMetrics, Meters {
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();

    int count(String line) {
        return counts.getOrDefault(line, 0);
    }

    @Override
    public void called(String plugin, String call, String result, Duration took) {
        counts.merge(plugin + " " + call + " " + result, 1, Integer::sum);
    }

    @Override
    public void returnedLate(String plugin, String call) {
        counts.merge(plugin + " " + call + " late", 1, Integer::sum);
    }

    @Override
    public void dropped(String plugin, String call, int items) {
        counts.merge(plugin + " " + call + " dropped", items, Integer::sum);
    }

    @Override
    public void plugins(int loaded, int refused) {
        counts.put("loaded", loaded);
        counts.put("refused", refused);
    }

    @Override
    public Meters meters(String plugin) {
        return this;
    }

    @Override
    public void forget(String plugin) {
        counts.merge(plugin + " forgotten", 1, Integer::sum);
    }

    @Override
    public void count(String name, String... tags) {
        counts.merge("own " + name, 1, Integer::sum);
    }

    @Override
    public void time(String name, Duration took, String... tags) {
        counts.merge("own " + name, 1, Integer::sum);
    }

    @Override
    public void gauge(String name, DoubleSupplier value, String... tags) {
        counts.merge("own " + name, 1, Integer::sum);
    }
}
