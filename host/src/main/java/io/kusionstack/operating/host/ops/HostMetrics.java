package io.kusionstack.operating.host.ops;

import io.kusionstack.operating.host.kernel.LoopMetrics;
import io.kusionstack.operating.host.kube.cache.PodStream;
import io.kusionstack.operating.host.kube.write.WriteMetrics;
import io.kusionstack.operating.host.plugins.PluginHost.PluginMetrics;
import io.kusionstack.operating.host.traffic.TrafficMetrics;
import io.kusionstack.operating.plugin.Meters;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** Counts for every room, by its port, and renders for Prometheus. docs/metrics.md lists all of it. Any thread. */
public final class HostMetrics
        implements LoopMetrics, WriteMetrics, PodStream.StreamMetrics, PluginMetrics, TrafficMetrics, AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final Map<String, AtomicInteger> waiting = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> plugins = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> traffic = new ConcurrentHashMap<>();
    private final Map<String, ScopedMeters> scoped = new ConcurrentHashMap<>();

    public HostMetrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /** All of it in Prometheus' text format. */
    public String scrape() {
        return registry.scrape();
    }

    /** Shows how many Pods the cache holds. */
    public void showCachedPods(IntSupplier size) {
        Gauge.builder("operating.cached.pods", size, IntSupplier::getAsInt)
                .strongReference(true)
                .register(registry);
    }

    @Override
    public void taken(String controller, Duration waited, int left) {
        registry.timer("operating.loop.queue", "controller", controller).record(waited);
        waiting.computeIfAbsent(controller, this::showWaiting).set(left);
    }

    private AtomicInteger showWaiting(String controller) {
        AtomicInteger keys = new AtomicInteger();
        Gauge.builder("operating.loop.waiting", keys, AtomicInteger::get)
                .tag("controller", controller)
                .register(registry);
        return keys;
    }

    @Override
    public void reconciled(String controller, Duration took) {
        registry.timer("operating.loop", "controller", controller).record(took);
    }

    @Override
    public void looksAgain(String controller, String why, Duration after) {
        registry.counter("operating.loop.again", "controller", controller, "why", why)
                .increment();
    }

    @Override
    public void failed(String controller, int inARow) {
        registry.counter("operating.loop.failures", "controller", controller).increment();
    }

    @Override
    public void sent(String kind, String verb, Duration latency) {
        written(kind, verb, "sent");
        registry.timer("operating.write", "kind", kind, "verb", verb).record(latency);
    }

    @Override
    public void conflict(String kind, String verb) {
        written(kind, verb, "conflict");
    }

    @Override
    public void refused(String kind, String verb, int code) {
        written(kind, verb, "refused");
        registry.counter("operating.refusals", "kind", kind, "verb", verb, "code", String.valueOf(code))
                .increment();
    }

    @Override
    public void notSent(String kind, String verb) {
        written(kind, verb, "not-sent");
    }

    @Override
    public void unknownOutcome(String kind, String verb) {
        written(kind, verb, "unknown");
    }

    @Override
    public void outdated(String kind) {
        registry.counter("operating.outdated.edits", "kind", kind).increment();
    }

    @Override
    public void throttled(Duration pause) {
        registry.timer("operating.throttled").record(pause);
    }

    @Override
    public void expectationExpired() {
        registry.counter("operating.expectations.expired").increment();
    }

    @Override
    public void intentMissed(String kind) {
        registry.counter("operating.intents.missed", "kind", kind).increment();
    }

    @Override
    public void resumed(String kind) {
        registry.counter("operating.streams.resumed", "kind", kind).increment();
    }

    @Override
    public void relisted(String kind, String why) {
        registry.counter("operating.streams.relisted", "kind", kind, "why", why).increment();
    }

    @Override
    public void called(String plugin, String call, String result, Duration took) {
        registry.timer("operating.plugins.calls", "plugin", plugin, "call", call, "result", result)
                .record(took);
    }

    @Override
    public void returnedLate(String plugin, String call) {
        registry.counter("operating.plugins.late.returns", "plugin", plugin, "call", call)
                .increment();
    }

    @Override
    public void dropped(String plugin, String call, int items) {
        registry.counter("operating.plugins.dropped.items", "plugin", plugin, "call", call)
                .increment(items);
    }

    @Override
    public void plugins(int loaded, int refused) {
        showPlugins("loaded").set(loaded);
        showPlugins("refused").set(refused);
    }

    private AtomicInteger showPlugins(String state) {
        return plugins.computeIfAbsent(state, absent -> {
            AtomicInteger jars = new AtomicInteger();
            Gauge.builder("operating.plugins.jars", jars, AtomicInteger::get)
                    .tag("state", state)
                    .register(registry);
            return jars;
        });
    }

    @Override
    public void verified(String plugin, String direction, Duration lag) {
        registry.timer("operating.traffic.lag", "plugin", plugin, "direction", direction)
                .record(lag);
    }

    @Override
    public void waiting(String plugin, int on, int off) {
        showTraffic(plugin, "on").set(on);
        showTraffic(plugin, "off").set(off);
    }

    private AtomicInteger showTraffic(String plugin, String direction) {
        return traffic.computeIfAbsent(plugin + " " + direction, key -> {
            AtomicInteger pods = new AtomicInteger();
            Gauge.builder("operating.traffic.waiting", pods, AtomicInteger::get)
                    .tag("plugin", plugin)
                    .tag("direction", direction)
                    .register(registry);
            return pods;
        });
    }

    @Override
    public Meters meters(String plugin) {
        return scoped.computeIfAbsent(plugin, absent -> new ScopedMeters("operating.plugin." + plugin + ".", registry));
    }

    @Override
    public void forget(String plugin) {
        ScopedMeters meters = scoped.remove(plugin);
        if (meters != null) {
            meters.forget();
        }
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }

    private void written(String kind, String verb, String result) {
        registry.counter("operating.writes", "kind", kind, "verb", verb, "result", result)
                .increment();
    }
}
