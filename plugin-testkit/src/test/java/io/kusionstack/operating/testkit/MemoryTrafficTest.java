package io.kusionstack.operating.testkit;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.ServicePort;
import io.kusionstack.operating.plugin.traffic.TrafficProvider;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A traffic control that keeps the contract. */
class MemoryTrafficTest implements TrafficContract<MemoryTraffic.Config> {
    private final MemoryTraffic.Balancer balancer = new MemoryTraffic.Balancer();

    @Override
    public TrafficProvider<MemoryTraffic.Config> provider() {
        return new MemoryTraffic.Provider(balancer);
    }

    @Override
    public FakePluginContext context() {
        return new FakePluginContext().settings("drain: 5s");
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
