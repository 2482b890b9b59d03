package io.kusionstack.operating.testkit;

import io.kusionstack.operating.host.plugins.PluginHost.PluginMetrics;
import io.kusionstack.operating.plugin.Meters;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers what the host counts, by a line such as {@code slb observe given}. Any thread. */
final class HarnessMetrics implements PluginMetrics {
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();
    private final Map<String, FakeMeters> meters = new ConcurrentHashMap<>();

    Map<String, Integer> counts() {
        return new TreeMap<>(counts);
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
        return meters.computeIfAbsent(plugin, absent -> new FakeMeters());
    }

    @Override
    public void forget(String plugin) {
        FakeMeters own = meters.remove(plugin);
        if (own != null) {
            own.forget();
        }
    }
}
