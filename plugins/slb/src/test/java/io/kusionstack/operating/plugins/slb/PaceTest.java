package io.kusionstack.operating.plugins.slb;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Pace pace = new Pace(2);

    @Test
    void letsASecondsCallsThroughAndTellsHowLongToWait() {
        assertThat(pace.take("A", START)).isEmpty();
        assertThat(pace.take("A", START)).isEmpty();
        assertThat(pace.take("A", START)).contains(Duration.ofMillis(500));
        assertThat(pace.take("B", START)).isEmpty();
        assertThat(pace.take("A", START.plusMillis(500))).isEmpty();
    }

    @Test
    void pausesLongerEachTimeItIsTooOften() {
        pace.take("A", START);

        assertThat(pace.pause("A", START)).isEqualTo(Duration.ofSeconds(1));
        assertThat(pace.take("A", START.plusMillis(400))).contains(Duration.ofMillis(600));
        assertThat(pace.take("A", START.plusSeconds(1))).isEmpty();
        assertThat(pace.pause("A", START.plusSeconds(1))).isEqualTo(Duration.ofSeconds(2));
        for (int i = 0; i < 10; i++) {
            pace.pause("A", START);
        }
        assertThat(pace.pause("A", START)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void forgetsByHalvesWhatWentWrong() {
        pace.pause("A", START);
        pace.pause("A", START);
        pace.relax("A");

        assertThat(pace.pause("A", START)).isEqualTo(Duration.ofSeconds(2));
    }
}
