package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Somebody removes the label with the type of an operation of the set, or changes it, at whatever moment of the operation. */
class LostOperationTypeStoryTest {
    private static final String TYPE = Names.key(Names.OPERATION_TYPE, Names.COLLASET_OPERATION);
    private static final int MOMENTS = 8;

    @Test
    void anUpdateInPlaceEndsAllTheSame() {
        everywhere("", world -> world.image(Stories.V2), world -> {
            assertThat(Stories.images(world)).containsOnly(Stories.V2);
            assertThat(world.serving()).isEqualTo(2);
        });
    }

    @Test
    void anUpdateByReCreationEndsAllTheSame() {
        everywhere("updateStrategy: {podUpgradePolicy: Recreate}", world -> world.image(Stories.V2), world -> {
            assertThat(Stories.images(world)).containsOnly(Stories.V2);
            assertThat(world.serving()).isEqualTo(2);
        });
    }

    @Test
    void anUpdateThatIsTakenBackEndsAllTheSame() {
        everywhere(
                "",
                world -> {
                    world.image(Stories.V2);
                    Stories.stepUntilOperating(world, 2);
                    world.image(Stories.V1);
                },
                world -> {
                    assertThat(Stories.images(world)).containsOnly(Stories.V1);
                    assertThat(world.serving()).isEqualTo(2);
                });
    }

    @Test
    void aScaleInEndsAllTheSame() {
        everywhere(
                "",
                world -> world.edit("replicas: 1"),
                world -> assertThat(world.serving()).isEqualTo(1));
    }

    @Test
    void aScaleInThatIsTakenBackEndsAllTheSame() {
        everywhere(
                "",
                world -> {
                    world.edit("replicas: 1");
                    world.step();
                    world.edit("replicas: 2");
                },
                world -> assertThat(world.serving()).isEqualTo(2));
    }

    private static void everywhere(String spec, Consumer<World> begin, Consumer<World> end) {
        for (int moment = 0; moment < MOMENTS; moment++) {
            for (Function<PodRecord, PodEdit> hand : List.<Function<PodRecord, PodEdit>>of(
                    pod -> PodEdit.of(pod).labels(MapEdit.remove(List.of(TYPE))),
                    pod -> PodEdit.of(pod).labels(MapEdit.set(TYPE, "nonsense")))) {
                World world = Stories.created(2, spec);
                begin.accept(world);
                for (int i = 0; i < moment; i++) {
                    world.step();
                }
                world.live().stream()
                        .filter(pod -> pod.hasLabel(TYPE))
                        .forEach(pod -> world.cluster.put(pod.with(hand.apply(pod))));
                world.settle();
                assertThat(Stories.leftovers(world))
                        .as("at the moment " + moment)
                        .isEmpty();
                end.accept(world);
            }
        }
    }
}
