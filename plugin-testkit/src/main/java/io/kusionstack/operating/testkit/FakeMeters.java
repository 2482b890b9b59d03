package io.kusionstack.operating.testkit;

import io.kusionstack.operating.plugin.Meters;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/** Remembers what a plugin counted, by name and tags: {@code calls[result, given]}. Any thread. */
public final class FakeMeters implements Meters {
    private final Map<String, Double> counts = new ConcurrentHashMap<>();
    private final Map<String, Duration> times = new ConcurrentHashMap<>();
    private final Map<String, DoubleSupplier> gauges = new ConcurrentHashMap<>();

    @Override
    public void count(String name, String... tags) {
        counts.merge(key(name, tags), 1.0, Double::sum);
    }

    @Override
    public void time(String name, Duration took, String... tags) {
        times.merge(key(name, tags), took, Duration::plus);
    }

    @Override
    public void gauge(String name, DoubleSupplier value, String... tags) {
        gauges.put(key(name, tags), value);
    }

    /** All counters and gauges as they stand. */
    public Map<String, Double> values() {
        Map<String, Double> values = new TreeMap<>(counts);
        gauges.forEach((key, gauge) -> values.put(key, gauge.getAsDouble()));
        return values;
    }

    /** All times, added up. */
    public Map<String, Duration> times() {
        return new TreeMap<>(times);
    }

    void forget() {
        counts.clear();
        times.clear();
        gauges.clear();
    }

    private static String key(String name, String... tags) {
        if (tags.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "tags of " + name + " alternate key and value: " + Arrays.toString(tags));
        }
        return tags.length == 0 ? name : name + Arrays.toString(tags);
    }
}
