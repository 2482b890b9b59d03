package io.kusionstack.operating.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.testbed.Await;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrafficTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Test
    void sendsUntilItIsStoppedAndJudgesTheLastRequestToo() {
        Traffic.Load load = new Traffic.Load(500, Duration.ofMillis(20), 7);
        try (Traffic traffic = Traffic.start(
                load,
                () -> Map.of("good", 3, "bad", 1),
                (address, from, to) -> address.equals("good"),
                Clock.systemUTC())) {
            assertThat(Await.until(LIMIT, () -> traffic.counts().requests() > 50))
                    .isTrue();
            traffic.stop();
            assertThat(Await.until(LIMIT, traffic::isQuiet)).isTrue();

            Counts counts = traffic.counts();
            assertThat(counts.misrouted()).isBetween(1L, counts.answered());
            assertThat(counts.examples()).allMatch(request -> request.address().equals("bad"));
            assertThat(counts.unserved()).isZero();
        }
    }

    @Test
    void aBalancerThatCannotBeAskedLeavesRequestsUnserved() {
        Traffic.Load load = new Traffic.Load(500, Duration.ofMillis(20), 7);
        try (Traffic traffic =
                Traffic.start(load, TrafficTest::broken, (address, from, to) -> true, Clock.systemUTC())) {
            assertThat(Await.until(LIMIT, () -> traffic.counts().unserved() > 2))
                    .isTrue();
            assertThat(traffic.counts().isClean()).isFalse();
        }
    }

    private static Map<String, Integer> broken() {
        throw new IllegalStateException("no balancer");
    }
}
