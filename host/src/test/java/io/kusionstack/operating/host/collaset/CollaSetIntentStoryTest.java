package io.kusionstack.operating.host.collaset;

import static io.kusionstack.operating.host.collaset.Stories.V1;
import static io.kusionstack.operating.host.collaset.Stories.V2;
import static io.kusionstack.operating.host.collaset.Stories.create;
import static io.kusionstack.operating.host.collaset.Stories.images;
import static io.kusionstack.operating.host.collaset.Stories.operating;
import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CollaSetIntentStoryTest {
    @Test
    void touchesNoPodBeforeTheRevisionOfItsIdIsStored() {
        World world = new World();
        create(world, 2, "");
        world.floor(1);
        world.cluster.refuse(action ->
                action instanceof Action.PatchObject patch && patch.object().kind() == ObjectKind.RESOURCE_CONTEXT
                        ? Optional.of("exceeded quota")
                        : Optional.empty());

        world.image(V2);
        for (int i = 0; i < 5; i++) {
            world.stepThatMayFail();
        }
        assertThat(images(world)).containsExactly(V1, V1);
        assertThat(operating(world)).isZero();

        world.cluster.refuse(action -> Optional.empty());
        world.settle();
        assertThat(images(world)).containsExactly(V2, V2);
    }

    @Test
    void bringsPodsBackThoughNoIntentCanBeStored() {
        World world = new World();
        create(world, 2, "");
        world.floor(1);
        world.image(V2);
        for (int i = 0; i < 20 && !images(world).contains(V2); i++) {
            world.step();
        }
        assertThat(images(world)).contains(V2);
        world.cluster.refuse(action ->
                action instanceof Action.PatchObject patch && patch.object().kind() == ObjectKind.RESOURCE_CONTEXT
                        ? Optional.of("exceeded quota")
                        : Optional.empty());

        world.edit("replicas: 3");
        for (int i = 0; i < 30; i++) {
            world.stepThatMayFail();
        }

        assertThat(world.live()).hasSize(2);
        assertThat(world.serving()).isEqualTo(2);
    }
}
