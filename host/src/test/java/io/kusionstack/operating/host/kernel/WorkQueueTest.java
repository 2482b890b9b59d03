package io.kusionstack.operating.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkQueueTest {
    private static final Key A = new Key("shop", "a");
    private static final Key B = new Key("shop", "b");
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    private final WorkQueue queue = new WorkQueue();

    @Test
    void givesKeysInTheOrderInWhichTheyCame() {
        queue.add(B, T0);
        queue.add(A, T0);

        assertThat(allDue(T0)).containsExactly(B, A);
    }

    @Test
    void mergesAKeyThatIsAddedTwice() {
        queue.add(A, T0);
        queue.add(A, T0.plusSeconds(1));

        assertThat(allDue(T0.plusSeconds(2))).containsExactly(A);
    }

    @Test
    void keepsTheEarlierOfTwoTimes() {
        queue.add(A, T0.plusSeconds(10));
        queue.add(A, T0.plusSeconds(5));
        queue.add(A, T0.plusSeconds(20));

        assertThat(queue.nextDue()).contains(T0.plusSeconds(5));
        assertThat(queue.waiting()).isEqualTo(1);
    }

    @Test
    void givesNoKeyBeforeItIsDue() {
        queue.add(A, T0.plusSeconds(5));

        assertThat(queue.take(T0.plusSeconds(4))).isEmpty();
        assertThat(queue.take(T0.plusSeconds(5))).contains(new WorkQueue.DueKey(A, T0.plusSeconds(5)));
    }

    @Test
    void neverGivesAKeyThatRuns() {
        queue.add(A, T0);
        queue.take(T0);
        queue.add(A, T0);

        assertThat(queue.take(T0.plusSeconds(60))).isEmpty();
        assertThat(queue.nextDue()).isEmpty();
    }

    @Test
    void givesAKeyAgainThatWasAddedWhileItRan() {
        queue.add(A, T0);
        queue.take(T0);
        queue.add(A, T0.plusSeconds(9));
        queue.add(A, T0.plusSeconds(1));
        queue.done(A, T0, Duration.ZERO);

        assertThat(queue.nextDue()).contains(T0.plusSeconds(1));
        assertThat(allDue(T0.plusSeconds(60))).containsExactly(A);
        assertThat(allDue(T0.plusSeconds(120))).isEmpty();
    }

    @Test
    void forgetsAKeyThatIsDone() {
        queue.add(A, T0);
        queue.take(T0);
        queue.done(A, T0, Duration.ZERO);

        assertThat(queue.waiting()).isZero();
        assertThat(queue.running()).isZero();
        assertThat(queue.nextDue()).isEqualTo(Optional.empty());
    }

    @Test
    void refusesToEndAKeyThatDoesNotRun() {
        assertThatThrownBy(() -> queue.done(A, T0, Duration.ZERO))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("shop/a");
    }

    @Test
    void putsALateKeyBehindOneThatWaitedLonger() {
        queue.add(A, T0.plusSeconds(3));
        queue.add(B, T0.plusSeconds(2));

        assertThat(allDue(T0.plusSeconds(10))).containsExactly(B, A);
    }

    @Test
    void letsAKeyRestBeforeItsNextTurn() {
        queue.add(A, T0);
        queue.take(T0);
        queue.add(A, T0);
        queue.done(A, T0.plusSeconds(1), Duration.ofSeconds(5));
        queue.add(A, T0.plusSeconds(2));
        queue.add(B, T0.plusSeconds(2));

        assertThat(allDue(T0.plusSeconds(5))).containsExactly(B);
        assertThat(allDue(T0.plusSeconds(6))).containsExactly(A);
    }

    @Test
    void keepsATimeThatIsLaterThanTheRest() {
        queue.add(A, T0);
        queue.take(T0);
        queue.done(A, T0, Duration.ofSeconds(5));
        queue.add(A, T0.plusSeconds(9));

        assertThat(queue.nextDue()).contains(T0.plusSeconds(9));
    }

    @Test
    void givesAKeyAtOnceThatHasRested() {
        queue.add(A, T0);
        queue.take(T0);
        queue.done(A, T0, Duration.ofSeconds(5));
        queue.add(A, T0.plusSeconds(7));

        assertThat(queue.take(T0.plusSeconds(7))).contains(new WorkQueue.DueKey(A, T0.plusSeconds(7)));
    }

    private List<Key> allDue(Instant now) {
        List<Key> keys = new ArrayList<>();
        for (Optional<WorkQueue.DueKey> turn = queue.take(now); turn.isPresent(); turn = queue.take(now)) {
            keys.add(turn.get().key());
        }
        keys.forEach(key -> queue.done(key, now, Duration.ZERO));
        return keys;
    }
}
