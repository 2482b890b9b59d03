package io.kusionstack.operating.host.collaset;

import static io.kusionstack.operating.host.collaset.Stories.V1;
import static io.kusionstack.operating.host.collaset.Stories.V2;
import static io.kusionstack.operating.host.collaset.Stories.created;
import static io.kusionstack.operating.host.collaset.Stories.images;
import static io.kusionstack.operating.host.collaset.Stories.refuseIds;
import static io.kusionstack.operating.host.collaset.Stories.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ids of a set cannot be written any more while one of its Pods is out of service. */
class UnstoredIntentStoryTest {
    private static final String RECREATE = "updateStrategy: {podUpgradePolicy: Recreate}";

    @ParameterizedTest
    @ValueSource(strings = {"update", "scale-in"})
    void aPodThatIsOutAndUntouchedComesBackAndTriesAgainEverMoreSeldom(String what) {
        World world = created(3, RECREATE);
        world.floor(2);
        begin(world, what);
        while (world.serving() == 3) {
            world.step();
        }

        refuseIds(world, "frozen");
        List<Instant> left = new ArrayList<>();
        int serving = 2;
        Instant start = world.cluster.now();
        while (Duration.between(start, world.cluster.now()).toMinutes() < 8) {
            world.step();
            if (world.serving() < serving) {
                left.add(world.cluster.now());
            }
            serving = world.serving();
        }

        assertThat(left).as("tries that took a Pod out").hasSizeBetween(2, 3);
        assertThat(images(world)).containsExactly(V1, V1, V1);
        assertThat(told(world, "Stalled"))
                .contains(
                        "ResourceContext shop/web has to be written first: frozen; change the policy that refuses it");

        world.cluster.refuse(action -> Optional.empty());
        int wanted = what.equals("update") ? 3 : 2;
        for (int i = 0; i < 900 && !isDone(world, wanted); i++) {
            world.step();
        }
        assertThat(isDone(world, wanted)).isTrue();
    }

    @Test
    void aLabelOfThePodOrAnotherSpecEndsThePause() {
        for (Consumer<World> change : List.<Consumer<World>>of(
                world -> world.cluster.put(
                        Pods.like(world.live().getFirst()).label("retry", "1").build()),
                world -> world.edit("scaleStrategy: {operationDelaySeconds: 1}"))) {
            World world = created(1, RECREATE);
            world.image(V2);
            while (world.serving() == 1) {
                world.step();
            }
            refuseIds(world, "frozen");
            while (world.serving() == 0) {
                world.step();
            }
            world.cluster.refuse(action -> Optional.empty());
            Instant mended = world.cluster.now();
            change.accept(world);
            while (!images(world).equals(List.of(V2)) || world.serving() == 0) {
                world.step();
            }
            assertThat(Duration.between(mended, world.cluster.now())).isLessThan(Duration.ofSeconds(30));
        }
    }

    private static boolean isDone(World world, int wanted) {
        boolean isUpdated = wanted == 2 || images(world).stream().allMatch(V2::equals);
        return world.live().size() == wanted && world.serving() == wanted && isUpdated;
    }

    private static void begin(World world, String what) {
        if (what.equals("update")) {
            world.image(V2);
        } else {
            world.edit("replicas: 2");
        }
    }
}
