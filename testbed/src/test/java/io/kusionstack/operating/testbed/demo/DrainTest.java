package io.kusionstack.operating.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.testbed.slb.SlbBackend;
import io.kusionstack.operating.testbed.slb.SlbChange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DrainTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void lastsFromTheLastRequestToTheRemoval() {
        List<Drain> drains = Drain.of(List.of(
                at(0, backend("a", 100), backend("b", 100)),
                at(1, backend("a", 0), backend("b", 100)),
                at(2, backend("a", 0), backend("b", 0)),
                at(4, backend("b", 0)),
                at(9)));

        assertThat(drains)
                .containsExactly(new Drain("a", Duration.ofSeconds(3)), new Drain("b", Duration.ofSeconds(7)));
        assertThat(Drain.shortest(drains)).contains(Duration.ofSeconds(3));
    }

    @Test
    void startsOverWhenTheBackendGotRequestsAgain() {
        assertThat(Drain.of(List.of(at(0, backend("a", 0)), at(5, backend("a", 100)), at(6, backend("a", 0)), at(7))))
                .containsExactly(new Drain("a", Duration.ofSeconds(1)));
    }

    @Test
    void isNoneForABackendThatIsRemovedFromService() {
        assertThat(Drain.of(List.of(at(0, backend("a", 100)), at(5)))).containsExactly(new Drain("a", Duration.ZERO));
    }

    @Test
    void nothingRemovedIsNoDrain() {
        assertThat(Drain.shortest(Drain.of(List.of(at(0, backend("a", 0)))))).isEmpty();
    }

    private static SlbChange at(int second, SlbBackend... backends) {
        return new SlbChange(START.plusSeconds(second), Stream.of(backends).toList());
    }

    private static SlbBackend backend(String address, int weight) {
        return SlbBackend.eni("eni-1", address, 80, weight, "");
    }
}
