package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final Duration QUICK = Duration.ofMillis(10);
    private static final Duration SLOW = Duration.ofSeconds(2);

    private final Pace pace = new Pace(16);
    private long nanos;

    @Test
    void halvesWhenTheServerHasNoTimeOnceForAllThatWasUnderWay() {
        pace.busy(nanos);
        pace.busy(nanos);

        assertThat(pace.limit()).isEqualTo(8);
    }

    @Test
    void comesDownToOneWhileTheServerHasNoTimeAndNoFurther() {
        for (int i = 0; i < 20; i++) {
            nanos += SLOW.toNanos();
            pace.busy(nanos);
        }

        assertThat(pace.limit()).isEqualTo(1);
    }

    @Test
    void growsByOneForEachRoundOfQuickAnswersUpToTheMost() {
        pace.busy(nanos);
        answers(9, QUICK);
        assertThat(pace.limit()).isEqualTo(9);

        answers(200, QUICK);
        assertThat(pace.limit()).isEqualTo(16);
    }

    @Test
    void givesWayToSlowAnswersButNeverStopsForThem() {
        answers(1, QUICK);
        for (int i = 0; i < 20; i++) {
            nanos += 2 * SLOW.toNanos();
            answers(1, SLOW);
        }

        assertThat(pace.limit()).isEqualTo(4);
    }

    @Test
    void aServerThatIsAlwaysThatSlowIsNotSlowerThanUsual() {
        answers(20, SLOW);

        assertThat(pace.limit()).isEqualTo(16);
    }

    private void answers(int count, Duration latency) {
        for (int i = 0; i < count; i++) {
            pace.answered(latency, nanos);
        }
    }
}
