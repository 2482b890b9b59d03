package io.kusionstack.operating.host.collaset;

import static io.kusionstack.operating.host.collaset.Stories.V2;
import static io.kusionstack.operating.host.collaset.Stories.created;
import static io.kusionstack.operating.host.collaset.Stories.images;
import static io.kusionstack.operating.host.collaset.Stories.refuseIds;
import static io.kusionstack.operating.host.collaset.Stories.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.FakeKubelet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a set has to store before it touches a Pod is refused, while one of its Pods is out of service and untouched. */
class RefusedIntentStoryTest {
    private static final String RECREATE = "updateStrategy: {podUpgradePolicy: Recreate}";
    private static final String V3 = "app:v3";
    private static final int SOON = 15;
    private static final int LONG = 600;

    @Test
    void aPodThatIsOutForAnUpdateComesBackWhileTheIdsCannotBeStored() {
        World world = out(RECREATE, set -> set.image(V2));
        refuseIds(world, "frozen");
        comesBackAndStays(world);
        goesOn(world, List.of(V2, V2, V2));
    }

    @Test
    void aPodThatIsOutForAScaleInComesBackWhileTheIdsCannotBeStored() {
        World world = out("", set -> set.edit("replicas: 2"));
        refuseIds(world, "frozen");
        comesBackAndStays(world);
        goesOn(world, List.of(Stories.V1, Stories.V1));
    }

    @Test
    void aPodThatIsOutForAnUpdateComesBackWhileTheNextRevisionCannotBeStored() {
        World world = out(RECREATE, set -> set.image(V2));
        refuse(world, ObjectKind.CONTROLLER_REVISION);
        world.image(V3);
        comesBackAndStays(world);
        goesOn(world, List.of(V3, V3, V3));
    }

    @Test
    void aPodInItsDelayComesBackWhileTheIdsCannotBeStored() {
        World world = out(
                "updateStrategy: {podUpgradePolicy: InPlaceIfPossible, operationDelaySeconds: 60}",
                set -> set.image(V2));
        refuseIds(world, "frozen");
        PodRecord other =
                world.live().stream().filter(FakeKubelet::serves).findFirst().orElseThrow();
        world.floor(0);
        world.cluster.remove(other);
        for (int i = 0; i < SOON; i++) {
            world.step();
        }
        assertThat(world.live()).hasSize(2).allMatch(FakeKubelet::serves);
        goesOn(world, List.of(V2, V2, V2));
    }

    @Test
    void aRefusalThatPassesAtOnceCallsNobodyBack() {
        World world = out(RECREATE, set -> set.image(V2));
        PodRecord gone = world.live().stream()
                .filter(pod -> !FakeKubelet.serves(pod))
                .findFirst()
                .orElseThrow();
        refuseIds(world, "frozen");
        world.step();
        world.step();
        world.cluster.refuse(action -> Optional.empty());
        for (int i = 0; i < 3; i++) {
            world.step();
        }
        assertThat(world.live()).extracting(PodRecord::uid).doesNotContain(gone.uid());
    }

    @Test
    void aWriteThatAnotherSpecDoesNotNeedHoldsNothingBack() {
        World world = out(RECREATE, set -> set.image(V2));
        refuseIds(world, "frozen");
        comesBackAndStays(world);

        world.image(Stories.V1);
        for (int i = 0; i < SOON; i++) {
            world.step();
        }

        assertThat(world.condition("Stalled")).isEmpty();
        assertThat(told(world, "Progressing")).startsWith("False Complete");
    }

    /** A set of three Pods of which one has left service, and no more may. */
    private static World out(String spec, Consumer<World> change) {
        World world = created(3, spec);
        world.floor(2);
        change.accept(world);
        while (world.serving() == 3) {
            world.step();
        }
        return world;
    }

    private static void refuse(World world, ObjectKind kind) {
        world.cluster.refuse(action ->
                action instanceof Action.CreateObject create && create.object().kind() == kind
                                || action instanceof Action.PatchObject patch
                                        && patch.object().kind() == kind
                        ? Optional.of("frozen")
                        : Optional.empty());
    }

    private static void comesBackAndStays(World world) {
        for (int i = 0; i < SOON; i++) {
            world.step();
        }
        world.floor(3);
        for (int i = 0; i < LONG; i++) {
            world.step();
            assertThat(world.serving()).isEqualTo(3);
        }
        assertThat(world.live()).allMatch(PodOps::isIdle).allMatch(pod -> pod.hasLabel(Names.SERVICE_AVAILABLE));
        assertThat(told(world, "Stalled")).startsWith("True RefusedByServer").contains("frozen");
        world.floor(2);
    }

    private static void goesOn(World world, List<String> wanted) {
        world.cluster.refuse(action -> Optional.empty());
        for (int i = 0; i < LONG && !(images(world).equals(wanted) && world.serving() == wanted.size()); i++) {
            world.step();
        }
        assertThat(images(world)).isEqualTo(wanted);
        assertThat(world.serving()).isEqualTo(wanted.size());
    }
}
