package io.kusionstack.operating.host.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.Answer.NoAnswer;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange.PutOn;
import io.kusionstack.operating.plugin.traffic.Employer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A plugin that is at work for others is not one that failed. */
class BusyPluginTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Wait BUSY = new Wait(Reason.PLUGIN_BUSY, "slb", "plugin \"slb\" works on lb-1 for others");
    private static final LoadBalancerState PLACE = LoadBalancerState.of(new LoadBalancer(
            "slb",
            "lb-1",
            List.of(),
            new Employer("Service", new PodRef("shop", "web", "s-1"), Map.of(), Map.of(), List.of())));

    @Test
    void itIsAskedAgainSoonHoweverOftenItWas() {
        LoadBalancerState memory = PLACE;
        for (int time = 0; time < 20; time++) {
            memory = memory.troubled(BUSY, SECOND, NOW);
        }

        assertThat(memory.due()).contains(NOW.plus(SECOND));
    }

    @Test
    void itIsNobodysProblem() {
        assertThat(LoadBalancers.problem(List.of(PLACE.troubled(BUSY, SECOND, NOW))))
                .isEmpty();
    }

    @Test
    void nothingWasAskedOfTheProviderSoNothingOfItIsInDoubt() {
        Backend backend = new Backend(new PodRef("shop", "web-0", "u-0"), "10.0.0.1", 8080, Map.of());

        LoadBalancerState after = PLACE.applied(List.of(new PutOn(backend, 100)), new NoAnswer<>(BUSY, SECOND), NOW);

        assertThat(after).isEqualTo(PLACE.troubled(BUSY, SECOND, NOW));
    }
}
