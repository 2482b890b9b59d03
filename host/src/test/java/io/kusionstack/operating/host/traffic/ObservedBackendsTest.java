package io.kusionstack.operating.host.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Serving;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObservedBackendsTest {
    private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
    private static final EndpointAddress SPOT = new EndpointAddress("10.0.0.1", 8080);

    private Optional<ObservedBackends> last = Optional.empty();

    @Test
    void aDrainCountsFromTheFirstOfAllLooksInARowThatShowIt() {
        assertThat(drainingSinceAfter(0, Serving.DRAINING)).contains(FIRST);
        assertThat(drainingSinceAfter(1, Serving.DRAINING)).contains(FIRST);
        assertThat(drainingSinceAfter(2, Serving.DRAINING)).contains(FIRST);
    }

    @Test
    void aDrainThatWasBrokenOffBeginsAnew() {
        assertThat(drainingSinceAfter(0, Serving.DRAINING)).contains(FIRST);
        assertThat(drainingSinceAfter(1, Serving.ON)).isEmpty();
        assertThat(drainingSinceAfter(2, Serving.DRAINING)).contains(FIRST.plusSeconds(2));
    }

    private Optional<Instant> drainingSinceAfter(int seconds, Serving serving) {
        Instant at = FIRST.plusSeconds(seconds);
        ObservedBackend seen = new ObservedBackend(Scene.backend("", SPOT.ip(), SPOT.port()), serving, "");
        last = Optional.of(ObservedBackends.of(
                new ObservationTicket(seconds, at), at, new Observation.Known(at, List.of(seen)), last));
        return last.get().at(SPOT).flatMap(ObservedAddress::drainingSince);
    }
}
