package io.kusionstack.operating.host.collaset;

import static io.kusionstack.operating.host.collaset.Stories.V1;
import static io.kusionstack.operating.host.collaset.Stories.V2;
import static io.kusionstack.operating.host.collaset.Stories.created;
import static io.kusionstack.operating.host.collaset.Stories.images;
import static io.kusionstack.operating.host.collaset.Stories.leftovers;
import static io.kusionstack.operating.host.collaset.Stories.names;
import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** An operation that is taken back, in whatever phase, leaves nothing on a Pod. */
class TakenBackStoryTest {
    private static final int PODS = 4;
    private static final int PHASES = 9;
    private static final String RECREATE = "updateStrategy: {podUpgradePolicy: Recreate, rollingUpdate: null}";

    @Test
    void aReCreationLeavesNothing() {
        inEveryPhase(RECREATE, world -> world.image(V2), world -> world.image(V1));
    }

    @Test
    void aReCreationThatBecomesAnUpdateInPlaceLeavesNothing() {
        inEveryPhase(
                RECREATE,
                world -> world.image(V2),
                world -> world.edit("updateStrategy: {podUpgradePolicy: InPlaceOnly}"));
    }

    @Test
    void aReCreationThatAPartitionHoldsBackLeavesNothing() {
        inEveryPhase(
                RECREATE,
                world -> world.image(V2),
                world -> world.edit("updateStrategy: {rollingUpdate: {byPartition: {partition: 4}}}"));
    }

    @Test
    void aScaleInLeavesNothing() {
        inEveryPhase("", world -> world.edit("replicas: 1"), world -> world.edit("replicas: 4"));
    }

    @Test
    void aDeletionOnRequestLeavesNothing() {
        inEveryPhase(
                "",
                world -> change(world, pod -> pod.label(Names.TO_DELETE, "true")),
                world -> change(world, pod -> pod.without(Names.TO_DELETE)));
    }

    @Test
    void aReCreationUndoneByHandBesideAnOperationOfAnotherLeavesNoAnnouncement() {
        World world = created(PODS, RECREATE);
        world.floor(PODS);
        world.image(V2);
        for (int step = 0; step < 3; step++) {
            world.step();
        }
        assertThat(world.live()).allMatch(pod -> pod.hasLabel(Names.PREPARING_TO_DELETE));
        world.image(V1);
        change(
                world,
                pod -> pod.preCheck("job", "dump")
                        .label(Names.key(Names.UNDO_OPERATION_TYPE, Names.COLLASET_OPERATION), Names.UPDATE));

        for (int step = 0; step < 5; step++) {
            world.step();
        }

        assertThat(world.live()).noneMatch(pod -> pod.hasLabel(Names.PREPARING_TO_DELETE));
        assertThat(world.live()).allMatch(pod -> pod.hasLabel(Names.key(Names.OPERATING, "job")));
    }

    private static void inEveryPhase(String spec, Consumer<World> begin, Consumer<World> takeBack) {
        for (int phase = 0; phase < PHASES; phase++) {
            World world = created(PODS, spec);
            world.floor(2);
            begin.accept(world);
            for (int step = 0; step < phase; step++) {
                world.step();
            }
            takeBack.accept(world);
            world.settle();

            assertThat(leftovers(world)).as("after step %s", phase).isEmpty();
            assertThat(world.serving()).as("after step %s", phase).isEqualTo(PODS);
            assertThat(images(world)).as("after step %s", phase).hasSize(PODS);
            assertThat(names(world)).as("after step %s", phase).doesNotHaveDuplicates();
        }
    }

    private static void change(World world, Consumer<Pods> change) {
        for (PodRecord pod : world.live()) {
            Pods edited = Pods.like(pod);
            change.accept(edited);
            world.cluster.put(edited.build());
        }
    }
}
