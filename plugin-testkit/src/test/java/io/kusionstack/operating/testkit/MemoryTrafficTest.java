package io.kusionstack.operating.testkit;

import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.TrafficProvider;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A traffic control that keeps the contract, tested as the author of a plugin does it. */
class MemoryTrafficTest implements TrafficContract<MemoryTraffic.Config> {
    private final MemoryContract memory = MemoryContract.of((control, balancer) -> control);

    @Override
    public TrafficProvider<MemoryTraffic.Config> provider() {
        return memory.provider();
    }

    @Override
    public FakePluginContext context() {
        return memory.context();
    }

    @Override
    public Duration drain() {
        return memory.drain();
    }

    @Override
    public Trouble outage() {
        return memory.outage();
    }

    @Override
    public Trouble silence() {
        return memory.silence();
    }

    @Override
    public Employer employer() {
        return memory.employer();
    }

    @Override
    public List<Backend> backends() {
        return memory.backends();
    }

    @Override
    public Optional<String> foreignAddress() {
        return memory.foreignAddress();
    }
}
