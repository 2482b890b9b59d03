package io.kusionstack.operating.host.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.traffic.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PendingChangeTest {
    private static final Instant NOW = Scene.NOW;
    private static final Optional<Wait> WORD = Optional.of(new Wait(Reason.WAITING_FOR_TRAFFIC_OFF, "slb", "not yet"));

    @Test
    void looksSoonThenAtGrowingIntervalsUpToHalfAMinute() {
        List<Long> millis = new ArrayList<>();
        PendingChange pendingChange = PendingChange.begun(true, NOW);
        for (int i = 0; i < 10; i++) {
            pendingChange = pendingChange.requested(new Progress.Done(), Optional.empty(), NOW);
            millis.add(Duration.between(NOW, pendingChange.due()).toMillis());
        }

        assertThat(millis).containsExactly(20L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 12_800L, 25_600L, 30_000L);
    }

    @Test
    void onAfterOffIsBelievedOnlyAfterTwoSecondsAndNotAskedForMeanwhile() {
        PendingChange off = PendingChange.begun(false, NOW).requested(new Progress.Done(), Optional.empty(), NOW);
        Instant shown = NOW.plusSeconds(2);

        PendingChange turned = off.turned(NOW).requested(new Progress.Done(), Optional.empty(), NOW);

        assertThat(turned.on()).isTrue();
        assertThat(turned.isSeenAt(shown.minusMillis(1))).isFalse();
        assertThat(turned.isSeenAt(shown)).isTrue();
        assertThat(turned.awaitingObservation().due()).isEqualTo(shown);
        assertThat(turned.turned(NOW).isSeenAt(NOW)).as("off again").isTrue();
    }

    @Test
    void whatWasRefusedBeforeDoesNotSlowDownWhatIsUnderWay() {
        PendingChange pendingChange = PendingChange.begun(false, NOW);
        for (int i = 0; i < 8; i++) {
            pendingChange =
                    pendingChange.requested(new Progress.Failed("Forbidden.RAM", "not allowed", true), WORD, NOW);
        }
        for (int i = 0; i < 2; i++) {
            pendingChange = pendingChange.requested(Progress.Pending.throttled(Duration.ZERO), WORD, NOW);
        }

        PendingChange draining = pendingChange.requested(Progress.Pending.draining(Duration.ofSeconds(3)), WORD, NOW);

        assertThat(draining.due()).isEqualTo(NOW.plusSeconds(3));
        assertThat(draining.accepted()).hasValue(NOW);
        assertThat(pendingChange.accepted()).as("a call too many is no step").isEmpty();
    }

    @Test
    void beginsAnewWhenSomethingMoved() {
        PendingChange slow = PendingChange.begun(false, NOW);
        for (int i = 0; i < 6; i++) {
            slow = slow.requested(new Progress.Done(), Optional.empty(), NOW);
        }

        assertThat(slow.moved(NOW).isDue(NOW)).isTrue();
        assertThat(slow.moved(NOW)
                        .requested(new Progress.Done(), Optional.empty(), NOW)
                        .due())
                .isEqualTo(NOW.plusMillis(20));
    }

    @Test
    void heedsWhatThePluginSaysWithinReason() {
        PendingChange pendingChange = PendingChange.begun(false, NOW);

        assertThat(pendingChange
                        .requested(new Progress.Pending("Busy", Duration.ofSeconds(2)), WORD, NOW)
                        .due())
                .isEqualTo(NOW.plusSeconds(2));
        assertThat(pendingChange
                        .requested(new Progress.Pending("Busy", Duration.ofHours(2)), WORD, NOW)
                        .due())
                .isEqualTo(NOW.plusSeconds(30));
        assertThat(pendingChange
                        .requested(new Progress.Failed("Gone", "gone", false), WORD, NOW)
                        .due())
                .isEqualTo(NOW.plusSeconds(15));
    }

    @Test
    void aProviderThatIsBusyWithOthersIsAskedEveryTwoSecondsHoweverLongItIs() {
        Progress busy = new Progress.Pending(Progress.Pending.Kind.BUSY, "LoadBalancerBusy", Duration.ofMillis(800));
        List<Long> millis = new ArrayList<>();
        PendingChange pendingChange = PendingChange.begun(false, NOW);
        for (int i = 0; i < 8; i++) {
            pendingChange = pendingChange.requested(busy, WORD, NOW);
            millis.add(Duration.between(NOW, pendingChange.due()).toMillis());
        }

        assertThat(millis).containsExactly(800L, 800L, 800L, 800L, 1600L, 2000L, 2000L, 2000L);
        assertThat(pendingChange.accepted()).as("it was not taken").isEmpty();
    }

    @Test
    void whatWasTakenAfterAnotherWordIsLookedAtSoon() {
        PendingChange waiting = PendingChange.begun(false, NOW);
        for (int i = 0; i < 5; i++) {
            waiting = waiting.requested(Progress.Pending.draining(Duration.ofSeconds(1)), WORD, NOW);
        }

        assertThat(waiting.requested(new Progress.Done(), Optional.empty(), NOW).due())
                .isEqualTo(NOW.plusMillis(20));
    }
}
