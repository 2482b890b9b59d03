package io.kusionstack.operating.testplugins.throwserrors;

import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.TrafficControl;
import io.kusionstack.operating.plugin.traffic.TrafficProvider;
import java.time.Instant;
import java.util.List;
import org.pf4j.Extension;

/** Finds a class missing, or no memory. */
@Extension
public final class ControlProvider implements TrafficProvider<ControlProvider.Nothing> {
    record Nothing() {}

    @Override
    public String name() {
        return "throws-errors-traffic";
    }

    @Override
    public Class<Nothing> configType() {
        return Nothing.class;
    }

    @Override
    public TrafficControl create(Nothing settings, PluginContext context) {
        return new Control();
    }

    private static final class Control implements TrafficControl {
        @Override
        public String lockKey(Employer employer) {
            return employer.ref().toString();
        }

        @Override
        public Observation observe(Employer employer, Instant deadline) {
            throw new NoClassDefFoundError("com/example/Missing");
        }

        @Override
        public List<BackendResult> apply(Employer employer, List<BackendChange> changes, Instant deadline) {
            throw new OutOfMemoryError("pretended");
        }
    }
}
