package io.kusionstack.operating.testplugins.wronganswers;

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
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.pf4j.Extension;

/** Answers wrongly in the way the employer's label {@code wrong} says. */
@Extension
public final class ControlProvider implements TrafficProvider<ControlProvider.Nothing> {
    record Nothing() {}

    @Override
    public String name() {
        return "wrong-answers-traffic";
    }

    @Override
    public Class<Nothing> configType() {
        return Nothing.class;
    }

    @Override
    public TrafficControl create(Nothing settings, PluginContext context) {
        return new Control();
    }

    @SuppressWarnings("NullAway")
    private static final class Control implements TrafficControl {
        private static final Backend OTHER = new Backend(new PodRef("other", "other", "o"), "192.0.2.9", 80, Map.of());

        @Override
        public String lockKey(Employer employer) {
            return switch (wrong(employer)) {
                case "no-key" -> null;
                case "no-annotation" ->
                    throw new IllegalArgumentException("the annotation wrong-answers/group is missing on the Service");
                default -> "key";
            };
        }

        @Override
        public Observation observe(Employer employer, Instant deadline) {
            return switch (wrong(employer)) {
                case "null" -> null;
                case "no-time" -> new Observation.Known(null, List.of());
                case "tomorrow" -> new Observation.Known(Instant.now().plus(Duration.ofDays(1)), List.of());
                case "no-backend" ->
                    new Observation.Known(Instant.now(), List.of(new ObservedBackend(null, Serving.ON, "")));
                case "no-pod" ->
                    new Observation.Known(
                            Instant.now(),
                            List.of(new ObservedBackend(new Backend(null, "192.0.2.1", 80, Map.of()), Serving.ON, "")));
                case "no-state" -> new Observation.Known(Instant.now(), List.of(new ObservedBackend(OTHER, null, "")));
                default -> new Observation.Known(Instant.now(), Arrays.asList((ObservedBackend) null));
            };
        }

        @Override
        public List<BackendResult> apply(Employer employer, List<BackendChange> changes, Instant deadline) {
            return switch (wrong(employer)) {
                case "null" -> null;
                case "too-few" -> List.of();
                case "for-others" -> List.of(new BackendResult(OTHER, new Progress.Done()));
                case "no-progress" ->
                    List.of(new BackendResult(changes.getFirst().backend(), null));
                case "no-code" ->
                    List.of(new BackendResult(changes.getFirst().backend(), new Progress.Failed(null, null, true)));
                default -> Arrays.asList((BackendResult) null);
            };
        }

        private static String wrong(Employer employer) {
            return employer.labels().getOrDefault("wrong", "");
        }
    }
}
