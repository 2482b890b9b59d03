package io.kusionstack.operating.host.traffic;

import static io.kusionstack.operating.host.traffic.Tales.ALL_ON;
import static io.kusionstack.operating.host.traffic.Tales.started;
import static io.kusionstack.operating.host.traffic.Tales.steps;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Stories of Pods that turn round: on and off again at once, or off and on, before the load balancer shows it. */
class TrafficBlinkTest {
    @Test
    void aPodWhoseDrainWasBrokenOffIsAvailableOnlyWhenItGetsRequestsAgain() {
        TrafficWorld world = started();
        world.balancer.drain = Duration.ofMinutes(1);
        world.balancer.start = Duration.ofSeconds(3);
        world.kubelet.blocks(Set.of("uid-a"));
        steps(world, 8);
        assertThat(world.pod("a").isProtected()).as("it is draining").isTrue();
        assertThat(world.balancer.serving("lb-1")).isEqualTo(2);

        world.kubelet.blocks(Set.of());
        int waited = 0;
        while (!world.pod("a").available()) {
            assertThat(waited++).as("steps").isLessThan(60);
            world.step();
        }

        assertThat(world.balancer.serving("lb-1")).isEqualTo(3);
        assertThat(waited).isGreaterThan(8);
    }

    /** All are on; the Pod {@code a} was not ready, was taken off for that, and is about to be ready again. */
    private static TrafficWorld blinked() {
        TrafficWorld world = started();
        world.balancer.drain = Duration.ofMinutes(1);
        world.balancer.showsLate = Duration.ofMillis(500);
        world.kubelet.blocks(Set.of("uid-a"));
        world.kubelet.sync();
        world.step();
        assertThat(world.balancer.weights("lb-1")).containsEntry("10.0.0.1:8080", 0);
        world.kubelet.blocks(Set.of());
        return world;
    }

    @Test
    void aPodThatBlinkedGetsRequestsAgainThoughTheProviderShowsItsChangesLate() {
        TrafficWorld world = blinked();

        steps(world, 20);

        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
        assertThat(world.pod("a").available()).isTrue();
    }

    @Test
    void aPodThatBlinkedIsNotAvailableWhileItsTakeOffIsOnItsWayAndNothingElseIsTaken() {
        TrafficWorld world = blinked();
        world.balancer.throttlesEvery = 1;

        for (int i = 0; i < 12; i++) {
            world.step();
            assertThat(world.pod("a").available()).isFalse();
        }
        world.balancer.throttlesEvery = 0;
        steps(world, 20);

        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
        assertThat(world.pod("a").available()).isTrue();
    }

    @Test
    void aPodThatBlinkedIsAvailableAgainWithinFourSeconds() {
        TrafficWorld world = started();
        world.balancer.drain = Duration.ofMinutes(1);
        world.kubelet.blocks(Set.of("uid-a"));
        world.kubelet.sync();
        world.kubelet.blocks(Set.of());

        steps(world, 16);

        assertThat(world.pod("a").available()).isTrue();
    }

    @Test
    void aPodThatWasJustPutOnIsNotTouchedBeforeItIsSeenThereAndGone() {
        atOnceAfterPuttingOn(world -> {});
    }

    @Test
    void aPodThatWasJustPutOnIsNotTouchedThoughTheHostDiesThen() {
        atOnceAfterPuttingOn(TrafficWorld::restart);
    }

    /** The provider shows it late; that the Pod is touched while it is there is checked after every write. */
    private static void atOnceAfterPuttingOn(Consumer<TrafficWorld> then) {
        TrafficWorld world = new TrafficWorld();
        world.patience = 45;
        world.balancer.showsLate = Duration.ofMillis(1500);
        world.service(service -> {});
        world.pod("a", "10.0.0.1");
        int waited = 0;
        while (world.balancer.asked.isEmpty()) {
            assertThat(waited++).as("steps").isLessThan(60);
            world.step();
        }
        then.accept(world);
        world.image("app:v2");
        world.begin("a");

        world.settle();

        assertThat(world.pod("a").containers().getFirst().image()).isEqualTo("app:v2");
        assertThat(world.balancer.serving("lb-1")).isEqualTo(1);
    }
}
