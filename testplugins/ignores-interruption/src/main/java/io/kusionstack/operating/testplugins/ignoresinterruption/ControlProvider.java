package io.kusionstack.operating.testplugins.ignoresinterruption;

import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.TrafficControl;
import io.kusionstack.operating.plugin.traffic.TrafficProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.pf4j.Extension;

/** Keeps a processor busy for three seconds, or stays in the call whatever happens. */
@Extension
public final class ControlProvider implements TrafficProvider<ControlProvider.Nothing> {
    record Nothing() {}

    @Override
    public String name() {
        return "ignores-interruption-traffic";
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
            long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            return new Observation.Known(Instant.now(), List.of());
        }

        @Override
        public List<BackendResult> apply(Employer employer, List<BackendChange> changes, Instant deadline) {
            return stayHere();
        }

        private static <T> T stayHere() {
            CountDownLatch never = new CountDownLatch(1);
            while (true) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    // that is the point: it stays
                }
            }
        }
    }
}
