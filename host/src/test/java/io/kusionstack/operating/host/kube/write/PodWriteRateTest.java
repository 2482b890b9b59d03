package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PodWriteRateTest {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final PodWriteRate rate = new PodWriteRate(() -> now);

    @Test
    void aPodIsWrittenThirtyTimesAtOnceAndThenOnceASecond() {
        assertThat(taken("a", 30)).containsOnly(Duration.ZERO);
        assertThat(rate.take("a")).isEqualTo(Duration.ofSeconds(1));
        now = now.plusMillis(400);
        assertThat(rate.take("a")).isEqualTo(Duration.ofMillis(600));
        now = now.plusMillis(600);
        assertThat(rate.take("a")).isZero();
        assertThat(rate.take("a")).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aPodThatWasLeftAloneHasAllItsWritesAgain() {
        taken("a", 30);
        now = now.plusSeconds(30);

        assertThat(taken("a", 31))
                .isEqualTo(Stream.concat(
                                IntStream.range(0, 30).mapToObj(i -> Duration.ZERO), Stream.of(Duration.ofSeconds(1)))
                        .toList());
    }

    @Test
    void aPodThatIsWrittenAllTheTimeHoldsNoOther() {
        taken("a", 40);

        assertThat(taken("b", 30)).containsOnly(Duration.ZERO);
    }

    @Test
    void podsThatAreNotWrittenAnyMoreAreForgotten() {
        for (int i = 0; i < 1000; i++) {
            rate.take("pod-" + i);
            now = now.plusMillis(100);
        }

        assertThat(rate.size()).isLessThanOrEqualTo(11);
        now = now.plusSeconds(30);
        rate.take("pod-1000");
        assertThat(rate.size()).isEqualTo(1);
    }

    @Test
    void aClockThatIsSetBackStopsNoPod() {
        taken("a", 30);
        now = now.minusSeconds(3600);

        assertThat(taken("a", 30)).containsOnly(Duration.ZERO);
    }

    private List<Duration> taken(String uid, int times) {
        return IntStream.range(0, times).mapToObj(i -> rate.take(uid)).toList();
    }
}
