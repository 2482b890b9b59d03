package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CollaSetStoryTest {
    private static final String V1 = "app:v1";
    private static final String V2 = "app:v2";

    @Test
    void createsUpdatesScalesRollsBackAndGoes() {
        replayed(world -> {
            wholeLife(world);
            assertThat(world.cluster.object(World.SET)).isEmpty();
        });
    }

    /** Tells the story once in peace, and once more for every write of it, with a crash of the host right after that. */
    private static void replayed(Consumer<World> story) {
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

    private static void wholeLife(World world) {
        world.create(Sets.set(Sets.template(V1)).replicas(4));
        world.settle();
        assertThat(images(world)).containsExactly(V1, V1, V1, V1);
        assertThat(world.serving()).isEqualTo(4);

        world.floor(3);
        world.image(V2);
        world.settle();
        assertThat(images(world)).containsExactly(V2, V2, V2, V2);
        assertThat(world.serving()).isEqualTo(4);
        assertThat(leftovers(world)).isEmpty();

        world.floor(2);
        world.edit("replicas: 2");
        world.settle();
        assertThat(world.live()).hasSize(2);

        world.floor(1);
        world.image(V1);
        world.settle();
        assertThat(images(world)).containsExactly(V1, V1);
        assertThat(world.cluster.objects("ControllerRevision")).hasSize(2);

        world.floor(0);
        world.delete();
        for (int i = 0; i < 60 && world.cluster.object(World.SET).isPresent(); i++) {
            world.step();
        }
        assertThat(world.cluster.object(World.SET)).isEmpty();
        assertThat(world.cluster.pods()).isEmpty();
        assertThat(world.cluster.objects("ResourceContext")).isEmpty();
    }

    @Test
    void makesFourWritesOfAPodThatIsUpdatedInPlace() {
        World world = created(3, "");
        int before = world.cluster.done().size();

        world.image(V2);
        world.settle();

        List<Action> done = world.cluster.done();
        Map<String, Long> edits = done.subList(before, done.size()).stream()
                .filter(Action.EditPod.class::isInstance)
                .collect(Collectors.groupingBy(
                        action -> ((Action.EditPod) action).edit().pod().name(), Collectors.counting()));
        assertThat(edits)
                .hasSize(3)
                .allSatisfy((pod, writes) -> assertThat(writes).isEqualTo(4));
        assertThat(contextWrites(world, before)).isEqualTo(1);
    }

    @Test
    void recreatesWithTheSameIds() {
        replayed(world -> {
            create(world, 3, "updateStrategy: {podUpgradePolicy: Recreate}");
            List<String> old = names(world);
            world.floor(2);

            world.image(V2);
            world.settle();

            assertThat(images(world)).containsExactly(V2, V2, V2);
            assertThat(names(world)).doesNotContainAnyElementsOf(old);
            assertThat(ids(world)).containsExactly("0", "1", "2");
            assertThat(world.condition("Update").orElseThrow().path("reason").asText())
                    .isEqualTo("Updated");
        });
    }

    @Test
    void keepsThePartitionOnTheOldRevision() {
        replayed(world -> {
            create(world, 4, "updateStrategy: {rollingUpdate: {byPartition: {partition: 3}}}");

            world.image(V2);
            world.settle();
            assertThat(images(world)).containsExactly(V1, V1, V1, V2);

            world.edit("updateStrategy: {rollingUpdate: {byPartition: {partition: 1}}}");
            world.settle();
            assertThat(images(world)).containsExactly(V1, V2, V2, V2);
        });
    }

    @Test
    void updatesThePodsThatAUserLabelsAndNoOthers() {
        replayed(world -> {
            create(world, 3, "updateStrategy: {rollingUpdate: {byLabel: {}}}");
            world.floor(2);

            world.image(V2);
            world.settle();
            assertThat(images(world)).containsExactly(V1, V1, V1);

            PodRecord chosen = world.live().getFirst();
            world.cluster.put(
                    Pods.like(chosen).label(Names.UPDATE_INCLUDED, "true").build());
            world.settle();

            assertThat(images(world)).containsExactly(V1, V1, V2);
            assertThat(world.live())
                    .filteredOn(pod -> pod.containers().getFirst().image().equals(V2))
                    .extracting(PodRecord::name)
                    .containsExactly(chosen.name());
            assertThat(leftovers(world)).isEmpty();
        });
    }

    @Test
    void replacesAPodThatAUserDeletedWithTheSameIdAndRevision() {
        replayed(world -> {
            create(world, 4, "updateStrategy: {rollingUpdate: {byPartition: {partition: 3}}}");
            world.image(V2);
            world.settle();
            PodRecord victim = world.live().stream()
                    .filter(pod -> pod.containers().getFirst().image().equals(V1))
                    .findFirst()
                    .orElseThrow();

            world.cluster.terminate(victim);
            world.settle();

            assertThat(images(world)).containsExactly(V1, V1, V1, V2);
            assertThat(ids(world)).containsExactly("0", "1", "2", "3");
            assertThat(names(world)).doesNotContain(victim.name());
        });
    }

    @Test
    void takesAwayThroughTheLifecycleWhatAUserLabelsToDelete() {
        replayed(world -> {
            create(world, 3, "");
            world.floor(2);
            PodRecord chosen = world.live().getFirst();

            world.cluster.put(Pods.like(chosen).label(Names.TO_DELETE, "true").build());
            world.settle();

            assertThat(names(world)).hasSize(3).doesNotContain(chosen.name());
            assertThat(ids(world)).containsExactly("0", "1", "2");
        });
    }

    @Test
    void givesUpAWaitingUpdateWhenTheTemplateIsRolledBack() {
        replayed(world -> {
            create(world, 2, "");
            world.floor(2);
            world.image(V2);
            stepUntilOperating(world, 2);

            world.image(V1);
            world.settle();

            assertThat(operating(world)).isZero();
            assertThat(images(world)).containsExactly(V1, V1);
            assertThat(leftovers(world)).isEmpty();
        });
    }

    @Test
    void staysWithAMissingImageUntilTheTemplateIsCorrected() {
        replayed(world -> {
            create(world, 3, "");
            world.floor(2);
            world.kubelet.loses("app:typo");

            world.image("app:typo");
            world.settle();
            assertThat(images(world)).containsExactlyInAnyOrder(V1, V1, "app:typo");
            assertThat(world.serving()).isEqualTo(2);

            world.image(V2);
            world.settle();
            assertThat(images(world)).containsExactly(V2, V2, V2);
            assertThat(world.serving()).isEqualTo(3);
        });
    }

    @Test
    void tellsWhenAnUpdateIsRefusedAndGoesOnOnceTheTemplateIsCorrected() {
        replayed(world -> {
            create(world, 2, "");
            world.floor(1);
            world.cluster.refuse(action -> action instanceof Action.EditPod edit
                            && edit.edit().images().containsValue("BAD IMAGE")
                    ? Optional.of("spec.containers[0].image: Invalid value")
                    : Optional.empty());

            world.image("BAD IMAGE");
            world.settle();

            assertThat(images(world)).containsExactly(V1, V1);
            assertThat(world.condition("Update").orElseThrow().path("message").asText())
                    .endsWith(" was refused (422): spec.containers[0].image: Invalid value; correct spec.template");

            world.image(V2);
            world.settle();
            assertThat(images(world)).containsExactly(V2, V2);
            assertThat(world.serving()).isEqualTo(2);
            assertThat(world.condition("Stalled")).isEmpty();
        });
    }

    @Test
    void cancelsAScaleInWhenReplicasAreRaisedAgain() {
        replayed(world -> {
            create(world, 3, "");
            world.floor(3);
            List<String> names = names(world);
            world.edit("replicas: 1");
            stepUntilOperating(world, 2);

            world.edit("replicas: 3");
            world.settle();

            assertThat(names(world)).isEqualTo(names);
            assertThat(leftovers(world)).isEmpty();
        });
    }

    @Test
    void triesARefusedTemplateOnceAndGrowsThePauses() {
        replayed(world -> {
            world.cluster.refuse(refusingCreation("spec.containers[0].image: Required value"));
            world.create(Sets.set(Sets.template(V1)).replicas(5));

            for (int i = 0; i < 30; i++) {
                world.step();
            }

            assertThat(world.live()).isEmpty();
            assertThat(world.condition("Scale").orElseThrow().path("message").asText())
                    .isEqualTo("creating a Pod was refused (422): spec.containers[0].image: Required value;"
                            + " correct spec.template");
            assertThat(world.condition("Stalled").orElseThrow().path("status").asText())
                    .isEqualTo("True");

            world.cluster.refuse(action -> Optional.empty());
            world.image(V2);
            world.settle();
            assertThat(images(world)).containsExactly(V2, V2, V2, V2, V2);
            assertThat(world.condition("Stalled")).isEmpty();
        });
    }

    @Test
    void tellsWhatIsWrongWithTheSpecAndDoesNothing() {
        replayed(world -> {
            world.create(Sets.set(Sets.template(V1)).with("selector: {matchLabels: {app: other}}"));

            world.settle();

            assertThat(world.cluster.pods()).isEmpty();
            assertThat(world.condition("Stalled").orElseThrow().path("message").asText())
                    .isEqualTo("spec.selector: app=other does not match the labels {app=foo} of spec.template;"
                            + " give the template every label that the selector asks for");
        });
    }

    @Test
    void updatesLabelsWithoutARestart() {
        replayed(world -> {
            create(world, 2, "");

            world.edit("template: {metadata: {labels: {team: blue}}}");
            world.settle();

            assertThat(world.live()).allSatisfy(pod -> {
                assertThat(pod.label("team")).contains("blue");
                assertThat(pod.containers().getFirst().restartCount()).isZero();
            });
            assertThat(leftovers(world)).isEmpty();
        });
    }

    private static World created(int replicas, String spec) {
        World world = new World();
        create(world, replicas, spec);
        return world;
    }

    private static void create(World world, int replicas, String spec) {
        world.create(Sets.set(Sets.template(V1)).replicas(replicas).with(spec.isEmpty() ? "{}" : spec));
        world.settle();
        assertThat(world.serving()).isEqualTo(replicas);
    }

    private static Function<Action, Optional<String>> refusingCreation(String message) {
        return action -> action instanceof Action.CreatePod ? Optional.of(message) : Optional.empty();
    }

    private static List<String> images(World world) {
        return world.live().stream()
                .map(pod -> pod.containers().getFirst().image())
                .sorted()
                .toList();
    }

    private static List<String> names(World world) {
        return world.live().stream().map(PodRecord::name).sorted().toList();
    }

    private static List<String> ids(World world) {
        return world.live().stream()
                .map(pod -> pod.label(Names.INSTANCE_ID).orElse(""))
                .sorted()
                .toList();
    }

    private static long operating(World world) {
        return world.live().stream()
                .filter(pod -> pod.hasLabel(Names.key(Names.OPERATING, Names.COLLASET_OPERATION)))
                .count();
    }

    private static void stepUntilOperating(World world, int pods) {
        for (int i = 0; i < 10 && operating(world) < pods; i++) {
            world.step();
        }
        assertThat(operating(world)).isEqualTo(pods);
    }

    private static List<String> leftovers(World world) {
        return world.live().stream()
                .flatMap(pod -> pod.labels().keySet().stream())
                .filter(key -> key.contains(".podopslifecycle.") || key.equals(Names.PREPARING_TO_DELETE))
                .toList();
    }

    private static long contextWrites(World world, int from) {
        List<Action> done = world.cluster.done();
        return done.subList(from, done.size()).stream()
                .filter(action -> action instanceof Action.PatchObject patch
                        && patch.object().kind() == ObjectKind.RESOURCE_CONTEXT)
                .count();
    }
}
