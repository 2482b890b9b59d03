package io.kusionstack.operating.host.collaset;

import static io.kusionstack.operating.host.collaset.Stories.V2;
import static io.kusionstack.operating.host.collaset.Stories.created;
import static io.kusionstack.operating.host.collaset.Stories.operating;
import static io.kusionstack.operating.host.collaset.Stories.replayed;
import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Action;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What becomes of work that is under way when its set is deleted, and the deletion does not get through. */
class DeletionStoryTest {
    @Test
    void anUpdateEndsWithItsSetInEveryPhaseAndItsPodsServe() {
        inEveryPhase(world -> world.image(V2));
    }

    @Test
    void aReCreationEndsWithItsSetInEveryPhaseAndItsPodsServe() {
        inEveryPhase(world -> {
            world.edit("updateStrategy: {podUpgradePolicy: Recreate}");
            world.image(V2);
        });
    }

    @Test
    void aScaleInEndsWithItsSetInEveryPhaseAndItsPodsServe() {
        inEveryPhase(world -> world.edit("replicas: 1"));
    }

    @Test
    void whoWaitedToBeUpdatedIsCalledBackWhenTheRuleOpensOnlyLater() {
        World world = created(4, "");
        world.floor(4);
        world.image(V2);
        steps(world, 5);
        assertThat(operating(world)).isEqualTo(4);

        refuseDeletions(world);
        world.delete();
        steps(world, 40);

        assertThat(operating(world)).isZero();
        assertThat(world.serving()).isEqualTo(4);
        world.floor(0);
        steps(world, 40);
        assertThat(world.serving())
                .as("called back, but for one that tries again")
                .isGreaterThanOrEqualTo(3);
    }

    @Test
    void aDeletionInMidUpdateEndsWhereverTheHostDies() {
        replayed(world -> {
            Stories.create(world, 3, "");
            world.floor(2);
            world.image(V2);
            steps(world, 3);
            world.floor(0);
            world.delete();
            steps(world, 40);

            assertThat(world.cluster.pods()).isEmpty();
            assertThat(world.cluster.object(World.SET)).isEmpty();
        });
    }

    private static void inEveryPhase(Consumer<World> work) {
        for (int before = 0; before < 16; before++) {
            World world = created(4, "");
            world.floor(3);
            work.accept(world);
            steps(world, before);
            int there = world.live().size();

            refuseDeletions(world);
            world.floor(Math.min(3, world.serving()));
            world.delete();
            steps(world, 30);

            String when = "deleted after " + before + " steps";
            assertThat(operating(world)).as(when).isZero();
            assertThat(world.live()).as(when).hasSize(there);
            assertThat(world.serving()).as(when).isGreaterThanOrEqualTo(there - 1);

            world.floor(0);
            world.cluster.refuse(action -> Optional.empty());
            for (int i = 0; i < 200 && !world.cluster.pods().isEmpty(); i++) {
                world.step();
            }
            assertThat(world.cluster.pods()).as(when).isEmpty();
        }
    }

    private static void refuseDeletions(World world) {

        world.cluster.refuse(action -> action instanceof Action.DeletePod ? Optional.of("frozen") : Optional.empty());
    }

    private static void steps(World world, int steps) {
        for (int i = 0; i < steps; i++) {
            world.step();
        }
    }
}
