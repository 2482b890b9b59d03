package io.kusionstack.operating.host.collaset;

import static io.kusionstack.operating.host.collaset.Stories.V1;
import static io.kusionstack.operating.host.collaset.Stories.V2;
import static io.kusionstack.operating.host.collaset.Stories.create;
import static io.kusionstack.operating.host.collaset.Stories.images;
import static io.kusionstack.operating.host.collaset.Stories.operating;
import static io.kusionstack.operating.host.collaset.Stories.refuseIds;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class CollaSetIntentStoryTest {
    @Test
    void touchesNoPodBeforeTheRevisionOfItsIdIsStored() {
        World world = new World();
        create(world, 2, "");
        world.floor(1);
        refuseIds(world, "exceeded quota");

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
        refuseIds(world, "exceeded quota");

        world.edit("replicas: 3");
        for (int i = 0; i < 30; i++) {
            world.stepThatMayFail();
        }

        assertThat(world.live()).hasSize(2);
        assertThat(world.serving()).isEqualTo(2);
    }
}
