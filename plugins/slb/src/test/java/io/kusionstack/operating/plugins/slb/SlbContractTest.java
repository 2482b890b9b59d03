package io.kusionstack.operating.plugins.slb;

import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.TrafficProvider;
import io.kusionstack.operating.testbed.slb.HealthCheck;
import io.kusionstack.operating.testbed.slb.SlbBackend;
import io.kusionstack.operating.testbed.slb.SlbEmulator;
import io.kusionstack.operating.testbed.slb.SlbFault;
import io.kusionstack.operating.testbed.slb.SlbFaults;
import io.kusionstack.operating.testbed.slb.SlbListener;
import io.kusionstack.operating.testbed.slb.SlbOptions;
import io.kusionstack.operating.testkit.FakePluginContext;
import io.kusionstack.operating.testkit.TrafficContract;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

class SlbContractTest implements TrafficContract<SlbSettings> {
    private final SlbEmulator slb = SlbEmulator.start(
            SlbOptions.standard((ip, port, at) -> true).with(HealthCheck.every(Duration.ofMillis(1))));

    SlbContractTest() {
        slb.addLoadBalancer("lb-1");
        slb.addGroup("lb-1", "rsp-1", List.of(new SlbListener(80, "tcp", true)));
    }

    @AfterEach
    void close() {
        slb.close();
    }

    @Override
    public TrafficProvider<SlbSettings> provider() {
        return new SlbProvider();
    }

    @Override
    public FakePluginContext context() {
        return new FakePluginContext()
                .settings(SlbFixtures.yaml(slb.endpoint()))
                .secret("env:SLB_ID", slb.options().accessKeyId())
                .secret("env:SLB_SECRET", slb.options().accessKeySecret());
    }

    @Override
    public Employer employer() {
        return Services.with(Map.of("mode", "direct", "vserver-groups", "rsp-1:80", "drain-seconds", "5"));
    }

    @Override
    public List<Backend> backends() {
        return List.of(Services.backend(1), Services.backend(2));
    }

    @Override
    public Duration drain() {
        return Duration.ofSeconds(5);
    }

    @Override
    public Trouble outage() {
        return trouble(new SlbFault.Refuse(400, "InvalidParameter", "The specified parameter is not valid."));
    }

    @Override
    public Trouble silence() {
        return trouble(new SlbFault.AnswerLate(Duration.ofSeconds(5)));
    }

    private Trouble trouble(SlbFault fault) {
        slb.faults().always(SlbFaults.ANY, fault);
        return slb.faults()::clear;
    }

    @Override
    public Optional<String> foreignAddress() {
        slb.overwrite("rsp-1", List.of(SlbBackend.eni("eni-99", "10.9.9.9", 8080, 100, "by-hand")));
        return Optional.of("10.9.9.9");
    }
}
