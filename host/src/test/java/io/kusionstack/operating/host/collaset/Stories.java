package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What stories of sets have in common. */
final class Stories {
    static final String V1 = "app:v1";
    static final String V2 = "app:v2";

    private Stories() {}

    /** Tells the story once in peace, and once more for every write of it, with a crash of the host right after that. */
    static void replayed(Consumer<World> story) {
        World calm = new World();
        story.accept(calm);
        int writes = calm.cluster.writes();
        assertThat(writes).isPositive();
        for (int survived = 0; survived < writes; survived++) {
            World world = new World();
            world.cluster.crashAfter(survived);
            try {
                story.accept(world);
            } catch (AssertionError e) {
                throw new AssertionError("with a crash after write " + survived + ": " + e.getMessage(), e);
            }
        }
    }

    static World created(int replicas, String spec) {
        World world = new World();
        create(world, replicas, spec);
        return world;
    }

    static void create(World world, int replicas, String spec) {
        world.create(Sets.set(Sets.template(V1)).replicas(replicas).with(spec.isEmpty() ? "{}" : spec));
        world.settle();
        assertThat(world.serving()).isEqualTo(replicas);
    }

    static void stepUntilOperating(World world, int pods) {
        for (int i = 0; i < 10 && operating(world) < pods; i++) {
            world.step();
        }
        assertThat(operating(world)).isEqualTo(pods);
    }

    static List<String> images(World world) {
        return world.live().stream()
                .map(pod -> pod.containers().getFirst().image())
                .sorted()
                .toList();
    }

    static List<String> names(World world) {
        return world.live().stream().map(PodRecord::name).sorted().toList();
    }

    static List<String> ids(World world) {
        return world.live().stream()
                .map(pod -> pod.label(Names.INSTANCE_ID).orElse(""))
                .sorted()
                .toList();
    }

    static long operating(World world) {
        return world.live().stream()
                .filter(pod -> pod.hasLabel(Names.key(Names.OPERATING, Names.COLLASET_OPERATION)))
                .count();
    }

    static List<String> leftovers(World world) {
        return world.live().stream()
                .flatMap(pod -> pod.labels().keySet().stream())
                .filter(key -> key.contains(".podopslifecycle.") || key.equals(Names.PREPARING_TO_DELETE))
                .toList();
    }

    /** The server takes no change of the ResourceContext. */
    static void refuseIds(World world, String words) {
        world.cluster.refuse(action ->
                action instanceof Action.PatchObject patch && patch.object().kind() == ObjectKind.RESOURCE_CONTEXT
                        ? Optional.of(words)
                        : Optional.empty());
    }

    static String told(World world, String type) {
        JsonNode condition = world.condition(type).orElseThrow();
        return condition.path("status").asText() + " "
                + condition.path("reason").asText() + ": "
                + condition.path("message").asText();
    }
}
