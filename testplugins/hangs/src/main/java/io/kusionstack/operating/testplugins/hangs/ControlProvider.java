package io.kusionstack.operating.testplugins.hangs;

import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.TrafficControl;
import io.kusionstack.operating.plugin.traffic.TrafficProvider;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.pf4j.Extension;

/** Hangs when asked. */
@Extension
public final class ControlProvider implements TrafficProvider<ControlProvider.Nothing> {
    record Nothing() {}

    @Override
    public String name() {
        return "hangs-traffic";
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
            return hang();
        }

        @Override
        public List<BackendResult> apply(Employer employer, List<BackendChange> changes, Instant deadline) {
            return hang();
        }

        private static <T> T hang() {
            try {
                new CountDownLatch(1).await();
                throw new IllegalStateException("nobody counts this down");
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        }
    }
}
