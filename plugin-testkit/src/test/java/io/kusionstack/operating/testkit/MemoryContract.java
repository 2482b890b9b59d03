package io.kusionstack.operating.testkit;

import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.ServicePort;
import io.kusionstack.operating.plugin.traffic.TrafficControl;
import io.kusionstack.operating.plugin.traffic.TrafficProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The contract against a load balancer in memory.
 *
 * @param plugin makes of the control that keeps the contract the one to be tested
 */
record MemoryContract(
        MemoryTraffic.Balancer balancer, BiFunction<TrafficControl, MemoryTraffic.Balancer, TrafficControl> plugin)
        implements TrafficContract<MemoryTraffic.Config> {
    static MemoryContract of(BiFunction<TrafficControl, MemoryTraffic.Balancer, TrafficControl> plugin) {
        return new MemoryContract(new MemoryTraffic.Balancer(), plugin);
    }

    @Override
    public TrafficProvider<MemoryTraffic.Config> provider() {
        TrafficProvider<MemoryTraffic.Config> good = new MemoryTraffic.Provider(balancer);
        return new TrafficProvider<>() {
            @Override
            public String name() {
                return good.name();
            }

            @Override
            public Class<MemoryTraffic.Config> configType() {
                return good.configType();
            }

            @Override
            public TrafficControl create(MemoryTraffic.Config config, PluginContext context) {
                return plugin.apply(new MemoryTraffic(balancer, config.drain(), context.clock()), balancer);
            }
        };
    }

    @Override
    public FakePluginContext context() {
        return new FakePluginContext().settings("drain: 5s");
    }

    @Override
    public Duration drain() {
        return Duration.ofSeconds(5);
    }

    @Override
    public Trouble outage() {
        return balancer.becomes(MemoryTraffic.Health.FAILING);
    }

    @Override
    public Trouble silence() {
        return balancer.becomes(MemoryTraffic.Health.SILENT);
    }

    @Override
    public Employer employer() {
        return new Employer(
                "Service",
                new PodRef("default", "web", "s-1"),
                Map.of(),
                Map.of(),
                List.of(new ServicePort("http", 80, 8080, "TCP")));
    }

    @Override
    public List<Backend> backends() {
        return List.of(
                new Backend(Pods.pod("web-0").ref(), "10.0.0.1", 8080, Map.of()),
                new Backend(Pods.pod("web-1").ref(), "10.0.0.2", 8080, Map.of()));
    }

    @Override
    public Optional<String> foreignAddress() {
        return Optional.of("192.0.2.1");
    }
}
