package io.kusionstack.operating.host.ops;

import io.kusionstack.operating.plugin.Meters;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/** Meters of one plugin, remembered so that they go with it: a gauge that stays keeps the plugin's classes. Any thread. */
final class ScopedMeters implements Meters {
    /** A plugin that puts Pods into tags must not fill the memory of the host. */
    private static final int MOST = 1000;

    private final String prefix;
    private final MeterRegistry registry;
    private final Set<Meter.Id> known = ConcurrentHashMap.newKeySet();

    ScopedMeters(String prefix, MeterRegistry registry) {
        this.prefix = prefix;
        this.registry = registry;
    }

    @Override
    public void count(String name, String... tags) {
        if (admits(id(name, Meter.Type.COUNTER, tags))) {
            kept(registry.counter(prefix + name, tags)).increment();
        }
    }

    @Override
    public void time(String name, Duration took, String... tags) {
        if (admits(id(name, Meter.Type.TIMER, tags))) {
            kept(registry.timer(prefix + name, tags)).record(took);
        }
    }

    @Override
    public synchronized void gauge(String name, DoubleSupplier value, String... tags) {
        Meter.Id id = id(name, Meter.Type.GAUGE, tags);
        if (admits(id)) {
            registry.remove(id);
            kept(Gauge.builder(prefix + name, value, DoubleSupplier::getAsDouble)
                    .strongReference(true)
                    .tags(tags)
                    .register(registry));
        }
    }

    private Meter.Id id(String name, Meter.Type type, String... tags) {
        return new Meter.Id(prefix + name, Tags.of(tags), null, null, type);
    }

    private boolean admits(Meter.Id id) {
        return known.contains(id) || known.size() < MOST;
    }

    private <M extends Meter> M kept(M meter) {
        known.add(meter.getId());
        return meter;
    }

    void forget() {
        known.forEach(registry::remove);
        known.clear();
    }
}
