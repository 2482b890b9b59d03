package io.kusionstack.operating.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kernel.LoopHealth.Since;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoopHealthTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Key WEB = new Key("shop", "web");

    @Test
    void isWellWhileNothingTakesTooLong() {
        LoopHealth health = health(true, since(NOON), since(NOON));

        assertThat(health.livenessProblem(NOON.plus(LoopHealth.LONGEST_DELAY))).isEmpty();
    }

    @Test
    void isDeadWhenOneLookDoesNotEnd() {
        LoopHealth health = health(true, since(NOON), Optional.empty());

        assertThat(health.livenessProblem(NOON.plus(LoopHealth.LONGEST_LOOK))).isEmpty();
        assertThat(health.livenessProblem(NOON.plus(LoopHealth.LONGEST_LOOK).plusMillis(1)))
                .contains("the controller rules has been looking at shop/web since 2026-01-01T12:00:00Z");
    }

    @Test
    void isDeadWhenWorkIsLeftUndoneThoughAWorkerIsFree() {
        LoopHealth health = health(true, Optional.empty(), since(NOON));

        assertThat(health.livenessProblem(NOON.plus(Duration.ofMinutes(2))))
                .contains("the controller rules has left shop/web undone since 2026-01-01T12:00:00Z,"
                        + " though it is not busy");
    }

    @Test
    void isDeadWhenTheThreadThatGivesOutWorkHasDied() {
        LoopHealth health = health(false, Optional.empty(), Optional.empty());

        assertThat(health.livenessProblem(NOON))
                .contains("the controller rules no longer gives out work: its thread has died");
    }

    private static LoopHealth health(boolean dispatching, Optional<Since> longest, Optional<Since> overdue) {
        return new LoopHealth("rules", dispatching, longest, overdue);
    }

    private static Optional<Since> since(Instant time) {
        return Optional.of(new Since(WEB, time));
    }
}
