package io.kusionstack.operating.host.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.Progress.Pending;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WaitMessagesTest {
    private static final Duration LATER = Duration.ofSeconds(2);
    private static final LoadBalancer PLACE = new LoadBalancer(
            "slb",
            "lb-1",
            List.of(),
            new Employer("Service", new PodRef("shop", "web", "s-1"), Map.of(), Map.of(), List.of()));
    private static final EndpointAddress SPOT = new EndpointAddress("10.0.0.1", 8080);

    @Test
    void theKindOfAnAnswerDecidesWhatThePodWaitsFor() {
        assertThat(reason(Pending.draining(LATER))).isEqualTo(Reason.DRAINING_CONNECTIONS);
        assertThat(reason(Pending.throttled(LATER))).isEqualTo(Reason.TRAFFIC_THROTTLED);
        assertThat(reason(new Pending("Busy", LATER))).isEqualTo(Reason.WAITING_FOR_TRAFFIC_OFF);
    }

    @Test
    void aWordThatOnlySoundsLikeItDecidesNothing() {
        assertThat(reason(new Pending("DrainingOfTheQueueThrottled", LATER))).isEqualTo(Reason.WAITING_FOR_TRAFFIC_OFF);
        assertThat(WaitMessages.isDrain(new Pending("Draining", LATER))).isFalse();
        assertThat(reason(new Progress.Failed("Throttling.Forever", "no", false)))
                .isEqualTo(Reason.TRAFFIC_REFUSED);
    }

    private static Reason reason(Progress progress) {
        return WaitMessages.of(PLACE, SPOT, progress, false).map(Wait::reason).orElseThrow();
    }
}
