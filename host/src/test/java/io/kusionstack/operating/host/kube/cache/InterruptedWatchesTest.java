package io.kusionstack.operating.host.kube.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterruptedWatchesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final InterruptedWatches watches = new InterruptedWatches();

    @Test
    void aWatchThatStaysClosedIsAnObstacleUntilItIsOpenAgain() {
        assertThat(look(0, false)).isFalse();
        assertThat(waits()).isEmpty();
        assertThat(look(10, false)).isFalse();
        assertThat(waits())
                .containsExactly(new Wait(
                        Reason.SERVER_UNREACHABLE,
                        "CollaSet",
                        "the watch of CollaSet is interrupted, so the newest state is not known"));
        assertThat(look(11, true)).isTrue();
        assertThat(waits()).isEmpty();
        assertThat(look(12, true)).isFalse();
    }

    @Test
    void aWatchThatIsClosedAndOpenedAgainAllTheTimeIsNone() {
        for (int second = 0; second < 60; second++) {
            look(second, second % 9 == 0);
        }

        assertThat(waits()).isEmpty();
    }

    private boolean look(int second, boolean connected) {
        return watches.look(
                List.of(
                        new ClusterCaches.StreamHealth("pods", true, true, NOW),
                        new ClusterCaches.StreamHealth("CollaSet", true, connected, NOW)),
                NOW.plusSeconds(second));
    }

    private List<Wait> waits() {
        return watches.ahead(Pods.pod("a").build(), "x");
    }
}
