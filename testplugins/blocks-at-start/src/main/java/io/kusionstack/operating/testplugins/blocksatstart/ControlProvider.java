package io.kusionstack.operating.testplugins.blocksatstart;

import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.TrafficControl;
import io.kusionstack.operating.plugin.traffic.TrafficProvider;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.pf4j.Extension;

/** Cannot be made. */
@Extension
public final class ControlProvider implements TrafficProvider<ControlProvider.Nothing> {
    record Nothing() {}

    public ControlProvider() {
        CountDownLatch never = new CountDownLatch(1);
        while (never.getCount() > 0) {
            try {
                never.await();
            } catch (InterruptedException e) {
                // that is the point: it stays
            }
        }
    }

    @Override
    public String name() {
        return "blocks-at-start-traffic";
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
            return new Observation.Known(Instant.now(), List.of());
        }

        @Override
        public List<BackendResult> apply(Employer employer, List<BackendChange> changes, Instant deadline) {
            return changes.stream()
                    .map(change -> new BackendResult(change.backend(), new Progress.Done()))
                    .toList();
        }
    }
}
