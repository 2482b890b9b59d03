package io.kusionstack.operating.host.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.world.Pods;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RefusalTest {
    private static final Instant NOW = Instant.parse("2026-01-01T10:00:00Z");

    @Test
    void aPodThatWaitsInServiceIsTriedAgainAfterThePause() {
        assertThat(refusal(2, false).nextTry(NOW)).contains(NOW.plusSeconds(2));
        assertThat(refusal(2, false).nextTry(NOW.plusSeconds(2))).isEmpty();
    }

    @Test
    void aPodThatLeavesServiceForTheTryRestsLonger() {
        Refusal refusal = refusal(4, true);

        assertThat(refusal.nextTry(NOW.plusSeconds(2))).contains(refusal.leavesFrom());
        assertThat(refusal.leavesFrom()).isEqualTo(NOW.plusSeconds(2 - 8 + 60));
    }

    private static Refusal refusal(int attempts, boolean left) {
        WriteResult.NotDone refused = new WriteResult.NotDone(WriteResult.Cause.REFUSED, 422, "no");
        return new Refusal(refused, PodEdit.of(Pods.pod("a").build()), attempts, NOW.plusSeconds(2), left);
    }
}
