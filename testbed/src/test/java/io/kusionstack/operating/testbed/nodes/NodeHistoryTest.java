package io.kusionstack.operating.testbed.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NodeHistoryTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final NodeHistory history = new NodeHistory();

    @Test
    void answersForEveryInstant() {
        history.record("a", START, false);
        history.record("a", START.plusSeconds(1), true);
        history.record("a", START.plusSeconds(2), true);
        history.record("a", START.plusSeconds(3), false);

        Stream<Boolean> answers =
                Stream.of(0, 1, 2, 3, 4).map(second -> history.wasServing("a", START.plusSeconds(second)));

        assertThat(answers).containsExactly(false, true, true, false, false);
    }

    @Test
    void tellsWhetherARequestWasAnsweredFromItsBeginningToItsEnd() {
        history.record("a", START, true);
        history.record("a", START.plusSeconds(2), false);
        history.record("a", START.plusSeconds(3), true);

        assertThat(history.wasServing("a", START, START.plusSeconds(1))).isTrue();
        assertThat(history.wasServing("a", START, START.plusSeconds(2)))
                .as("stopped under it")
                .isFalse();
        assertThat(history.wasServing("a", START, START.plusSeconds(4)))
                .as("a break in it")
                .isFalse();
        assertThat(history.wasServing("a", START.plusSeconds(2), START.plusSeconds(4)))
                .isFalse();
        assertThat(history.wasServing("a", START.plusSeconds(3), START.plusSeconds(4)))
                .isTrue();
        assertThat(history.wasServing("b", START, START)).isFalse();
    }

    @Test
    void anUnknownPodNeverAnswered() {
        assertThat(history.wasServing("b", START)).isFalse();
        assertThat(history.isServing("b")).isFalse();
    }

    @Test
    void forgetsTheOldestChangesOfAPod() {
        for (int i = 0; i < 100; i++) {
            history.record("a", START.plusSeconds(i), i % 2 == 0);
        }

        assertThat(history.wasServing("a", START.plusSeconds(10))).isFalse();
        assertThat(history.wasServing("a", START.plusSeconds(98))).isTrue();
        assertThat(history.isServing("a")).isFalse();
    }

    @Test
    void forgetsTheOldestPods() {
        for (int i = 0; i < 20_001; i++) {
            history.record("pod-" + i, START, true);
        }

        assertThat(history.isServing("pod-0")).isFalse();
        assertThat(history.isServing("pod-1")).isTrue();
    }
}
