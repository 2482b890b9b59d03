package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.plugin.Meters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;

/**
 * The meters of one plugin. The values of its gauges are read under guard every few seconds and kept, so that a scrape runs no
 * code of the plugin. A value that cannot be read is NaN. Any thread.
 */
final class GuardedMeters implements Meters {
    private static final Duration LIMIT = Duration.ofSeconds(1);
    private static final int MOST = 1000;

    private final String plugin;
    private final PluginCall call;
    private final Meters meters;
    private final Map<List<String>, Gauge> gauges = new ConcurrentHashMap<>();
    private final AtomicBoolean isReading = new AtomicBoolean();

    GuardedMeters(String plugin, PluginCall call, Meters meters) {
        this.plugin = plugin;
        this.call = call;
        this.meters = meters;
    }

    /** The last value; holds nothing of the plugin. */
    private static final class Shown {
        private volatile double value = Double.NaN;
    }

    private record Gauge(DoubleSupplier supplier, Shown shown) {}

    @Override
    public void count(String name, String... tags) {
        meters.count(name, tags);
    }

    @Override
    public void time(String name, Duration took, String... tags) {
        meters.time(name, took, tags);
    }

    @Override
    public void gauge(String name, DoubleSupplier value, String... tags) {
        List<String> id = new ArrayList<>(Arrays.asList(tags));
        id.addFirst(name);
        if (gauges.size() >= MOST && !gauges.containsKey(id)) {
            return;
        }
        Shown shown = new Shown();
        gauges.put(List.copyOf(id), new Gauge(value, shown));
        meters.gauge(name, () -> shown.value, tags);
    }

    /** Reads all values; does nothing while the last read has not returned. Blocks for a second at most. */
    void sample() {
        List<Gauge> known = List.copyOf(gauges.values());
        if (known.isEmpty() || !isReading.compareAndSet(false, true)) {
            return;
        }
        Answer<List<Double>> answer = call.askQuick(
                CallSpec.of(plugin, "gauge", LIMIT, () -> values(known)).endingWith(() -> isReading.set(false)));
        for (int i = 0; i < known.size(); i++) {
            known.get(i).shown().value = switch (answer) {
                case Answer.Given<List<Double>> given -> given.value().get(i);
                case Answer.NoAnswer<List<Double>> missing -> Double.NaN;
            };
        }
    }

    private static List<Double> values(List<Gauge> gauges) {
        return gauges.stream().map(GuardedMeters::value).toList();
    }

    private static double value(Gauge gauge) {
        try {
            return gauge.supplier().getAsDouble();
        } catch (RuntimeException e) {
            return Double.NaN;
        }
    }
}
