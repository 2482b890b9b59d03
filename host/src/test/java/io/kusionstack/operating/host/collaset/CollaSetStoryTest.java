package io.kusionstack.operating.host.collaset;

import static io.kusionstack.operating.host.collaset.Stories.V1;
import static io.kusionstack.operating.host.collaset.Stories.V2;
import static io.kusionstack.operating.host.collaset.Stories.create;
import static io.kusionstack.operating.host.collaset.Stories.created;
import static io.kusionstack.operating.host.collaset.Stories.ids;
import static io.kusionstack.operating.host.collaset.Stories.images;
import static io.kusionstack.operating.host.collaset.Stories.leftovers;
import static io.kusionstack.operating.host.collaset.Stories.names;
import static io.kusionstack.operating.host.collaset.Stories.operating;
import static io.kusionstack.operating.host.collaset.Stories.replayed;
import static io.kusionstack.operating.host.collaset.Stories.stepUntilOperating;
import static io.kusionstack.operating.host.collaset.Stories.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CollaSetStoryTest {
    @Test
    void createsUpdatesScalesRollsBackAndGoes() {
        replayed(world -> {
            wholeLife(world);
            assertThat(world.cluster.object(World.SET)).isEmpty();
        });
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
    void aPodThatIsAboutToBeRestartedStaysOutOfServiceThoughItsUpdateWasGivenUp() {
        World world = created(3, "");
        world.kubelet.dawdles(true);
        world.image(V2);
        stepUntilOperating(world, 3);
        world.step();

        world.edit("replicas: 0");
        world.step();
        world.edit("replicas: 3");
        for (int i = 0; i < 10; i++) {
            world.step();
            assertThat(world.serving()).isZero();
        }
        world.kubelet.dawdles(false);
        world.settle();

        assertThat(images(world)).containsExactly(V2, V2, V2);
        assertThat(world.serving()).isEqualTo(3);
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
    void beginsNoUpdateWhilePausedAndCallsBackWhatOnlyWaits() {
        replayed(world -> {
            create(world, 3, "");
            world.floor(3);
            world.image(V2);
            stepUntilOperating(world, 3);

            world.edit("{paused: true, replicas: 4}");
            world.settle();
            assertThat(images(world)).containsExactly(V1, V1, V1, V1);
            assertThat(world.serving()).isEqualTo(4);
            assertThat(leftovers(world)).isEmpty();
            assertThat(told(world, "Progressing"))
                    .isEqualTo("False Paused: 4 Pods are not at the newest revision; spec.paused holds their update");
            assertThat(told(world, "Update"))
                    .isEqualTo("False Paused: 4 Pods are not at the newest revision; spec.paused holds their update");

            world.edit("paused: false");
            world.settle();
            assertThat(images(world)).containsExactly(V2, V2, V2, V2);
            assertThat(told(world, "Update"))
                    .isEqualTo("True Updated: 4 of 4 Pods in scope run the newest revision and serve");
        });
    }

    @Test
    void keepsAHeldVersionBackWhateverHappensToThePods() {
        replayed(world -> isHeldBack(world, "paused: true"));
        isHeldBack(new World(), "updateStrategy: {rollingUpdate: {byPartition: {partition: 3}}}");
        isHeldBack(new World(), "updateStrategy: {rollingUpdate: {byLabel: {}}}");
    }

    private static void isHeldBack(World world, String hold) {
        create(world, 2, "");
        world.edit(hold);
        world.image(V2);
        world.settle();

        world.edit("replicas: 0");
        world.settle();
        assertThat(world.live()).isEmpty();
        assertThat(told(world, "Update")).isEqualTo("False NoPods: no Pod of the set exists");
        world.edit("{replicas: 2, historyLimit: 0}");
        world.settle();
        assertThat(images(world)).as(hold).containsExactly(V1, V1);

        world.cluster.refuse(
                action -> action instanceof Action.CreatePod ? Optional.of("exceeded quota: pods") : Optional.empty());
        world.edit("replicas: 3");
        for (int i = 0; i < 5; i++) {
            world.step();
        }
        world.cluster.refuse(action -> Optional.empty());
        for (int i = 0; i < 20; i++) {
            world.step();
        }
        assertThat(images(world)).as(hold).containsExactly(V1, V1, V1);
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
    void leavesTheOptInOnEveryPodThoughTheTemplateDropsIt() {
        replayed(world -> {
            world.create(Sets.set(Json.of("""
                    metadata: {labels: {app: foo, kusionstack.io/control: 'true'}}
                    spec: {containers: [{name: main, image: 'app:v1'}]}""")).replicas(2));
            world.settle();
            world.floor(1);

            world.edit("template: {metadata: {labels: {app: foo, kusionstack.io/control: null}}}");
            world.image(V2);
            world.settle();

            assertThat(images(world)).containsExactly(V2, V2);
            assertThat(world.live()).allMatch(PodRecord::controlled);
            assertThat(world.serving()).isEqualTo(2);
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

    private static long contextWrites(World world, int from) {
        List<Action> done = world.cluster.done();
        return done.subList(from, done.size()).stream()
                .filter(action -> action instanceof Action.PatchObject patch
                        && patch.object().kind() == ObjectKind.RESOURCE_CONTEXT)
                .count();
    }
}
