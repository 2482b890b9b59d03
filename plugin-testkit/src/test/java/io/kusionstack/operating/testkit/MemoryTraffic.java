package io.kusionstack.operating.testkit;

import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.Serving;
import io.kusionstack.operating.plugin.traffic.TrafficControl;
import io.kusionstack.operating.plugin.traffic.TrafficProvider;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A load balancer in memory: a backend serves 2 s after it was put on, and drains for as long as the settings say. */
record MemoryTraffic(MemoryTraffic.Balancer balancer, Duration drain, Clock clock) implements TrafficControl {
    record Config(Duration drain) {}

    /** What the provider has, and how it is. */
    static final class Balancer {
        private final Map<Backend, Entry> backends = new LinkedHashMap<>();
        private volatile Health health = Health.WELL;

        Map<Backend, Entry> backends() {
            return backends;
        }

        TrafficContract.Trouble becomes(Health trouble) {
            health = trouble;
            return () -> health = Health.WELL;
        }

        /** What every call begins with. */
        private void answer(Duration limit) {
            if (health == Health.SILENT) {
                await(limit);
            }
            if (health != Health.WELL) {
                throw new IllegalStateException("the balancer does not answer");
            }
        }

        private static void await(Duration limit) {
            try {
                new CountDownLatch(1).await(limit.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    enum Health {
        WELL,
        FAILING,
        SILENT
    }

    record Entry(Instant since, boolean draining) {}

    record Provider(Balancer balancer) implements TrafficProvider<Config> {
        @Override
        public String name() {
            return "memory";
        }

        @Override
        public Class<Config> configType() {
            return Config.class;
        }

        @Override
        public TrafficControl create(Config config, PluginContext context) {
            return new MemoryTraffic(balancer, config.drain(), context.clock());
        }
    }

    @Override
    public String lockKey(Employer employer) {
        return "balancer";
    }

    @Override
    public Observation observe(Employer employer, Instant deadline) {
        balancer.answer(Duration.between(clock.instant(), deadline));
        List<ObservedBackend> observed = new ArrayList<>();
        balancer.backends().forEach((backend, entry) -> observed.add(new ObservedBackend(backend, serving(entry), "")));
        observed.add(new ObservedBackend(
                new Backend(new PodRef("", "", ""), "192.0.2.1", 80, Map.of()), Serving.FOREIGN, "by hand"));
        return new Observation.Known(clock.instant(), observed);
    }

    private Serving serving(Entry entry) {
        if (entry.draining()) {
            return Serving.DRAINING;
        }
        return clock.instant().isBefore(entry.since().plusSeconds(2)) ? Serving.STARTING : Serving.ON;
    }

    @Override
    public List<BackendResult> apply(Employer employer, List<BackendChange> changes, Instant deadline) {
        balancer.answer(Duration.between(clock.instant(), deadline));
        return changes.stream()
                .map(change -> new BackendResult(change.backend(), applied(change)))
                .toList();
    }

    private Progress applied(BackendChange change) {
        Instant now = clock.instant();
        return switch (change) {
            case BackendChange.PutOn on -> {
                balancer.backends()
                        .compute(
                                on.backend(),
                                (key, old) -> old == null || old.draining() ? new Entry(now, false) : old);
                yield new Progress.Done();
            }
            case BackendChange.TakeOff off -> {
                balancer.backends().computeIfPresent(off.backend(), (key, old) -> drained(old, off.drainingSince()));
                yield balancer.backends().containsKey(off.backend())
                        ? Progress.Pending.draining(drain)
                        : new Progress.Done();
            }
        };
    }

    private Entry drained(Entry entry, Optional<Instant> since) {
        boolean isOver = entry.draining()
                && since.isPresent()
                && !clock.instant().isBefore(since.get().plus(drain));
        return isOver ? gone() : new Entry(entry.since(), true);
    }

    /** Removes the entry from the map it is computed for. */
    @SuppressWarnings("NullAway")
    private static Entry gone() {
        return null;
    }
}
