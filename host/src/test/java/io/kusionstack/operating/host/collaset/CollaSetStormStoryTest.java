package io.kusionstack.operating.host.collaset;

import static io.kusionstack.operating.host.collaset.Stories.V1;
import static io.kusionstack.operating.host.collaset.Stories.V2;
import static io.kusionstack.operating.host.collaset.Stories.create;
import static io.kusionstack.operating.host.collaset.Stories.created;
import static io.kusionstack.operating.host.collaset.Stories.ids;
import static io.kusionstack.operating.host.collaset.Stories.images;
import static io.kusionstack.operating.host.collaset.Stories.names;
import static io.kusionstack.operating.host.collaset.Stories.replayed;
import static io.kusionstack.operating.host.collaset.Stories.stepUntilOperating;
import static io.kusionstack.operating.host.collaset.Stories.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Stories in which Pods could be created without end, or could leak. */
class CollaSetStormStoryTest {
    private static final Owner WEB = new Owner(Names.API_VERSION, "CollaSet", "web", "web-uid", true);
    private static final String OTHER_LABELS =
            "{selector: {matchLabels: {app: bar}}, template: {metadata: {labels: {app: bar}}}}";

    @Test
    void keepsItsPodsWhenSelectorAndTemplateLabelsAreChangedTogether() {
        replayed(world -> {
            create(world, 3, "");

            world.edit(OTHER_LABELS);
            world.step();
            world.cluster.terminate(controlled(world).getFirst());
            for (int i = 0; i < 40; i++) {
                world.step();
                assertThat(controlled(world)).hasSizeLessThanOrEqualTo(3);
            }

            assertThat(controlled(world))
                    .hasSize(3)
                    .allSatisfy(pod -> assertThat(pod.label("app")).contains("bar"));
            assertThat(creations(world)).isEqualTo(4);
            assertThat(world.serving()).isEqualTo(3);
        });
    }

    @Test
    void createsNoPodThatItsSelectorDoesNotMatchAndSaysWhatToDo() {
        replayed(world -> {
            create(world, 3, "updateStrategy: {rollingUpdate: {byPartition: {partition: 3}}}");

            world.edit(OTHER_LABELS);
            world.cluster.terminate(controlled(world).getFirst());
            for (int i = 0; i < 20; i++) {
                world.step();
            }

            assertThat(controlled(world)).hasSize(2);
            assertThat(creations(world)).isEqualTo(3);
            assertThat(told(world, "Stalled"))
                    .matches(
                            "True ScaleOutFailed: a Pod of the revision web-\\w+ would not match spec.selector app=bar,"
                                    + " so none is created; .*: give spec.selector and the labels of spec.template back .*");
        });
    }

    @Test
    void growsThePausesWhilePodsEndAtOnceAndTellsTheKubeletsReason() {
        World world = new World();
        world.kubelet.rejects("OutOfcpu");
        world.create(Sets.set(Sets.template(V1)).replicas(3));
        List<Long> pauses = new ArrayList<>();
        Instant last = world.cluster.now();
        int before = 0;
        for (int i = 0; i < 1500; i++) {
            world.step();
            if (creations(world) > before) {
                pauses.add(Duration.between(last, world.cluster.now()).toSeconds());
                last = world.cluster.now();
                before = creations(world);
            }
        }

        assertThat(before).isLessThanOrEqualTo(13);
        assertThat(pauses.getLast()).isBetween(300L, 305L);
        assertThat(pauses.subList(2, pauses.size())).isSorted();
        assertThat(told(world, "Stalled"))
                .matches("True ScaleOutFailed: Pods end soon after their creation, \\d+ times in a row; the last one,"
                        + " web-\\w+, Failed, OutOfcpu: Node did not have enough;.*");
        assertThat(warnings(world)).contains("PodsEndSoon");

        world.kubelet.rejectsNone();
        for (int i = 0; i < 450; i++) {
            world.step();
        }
        assertThat(world.serving()).isEqualTo(3);
        assertThat(world.condition("Stalled")).isEmpty();
        assertThat(told(world, "Scale")).isEqualTo("True Scaled: 3 of 3 Pods exist");
    }

    @Test
    void updatesAgainOnceThePodThatEndedIsNotWantedAnyMore() {
        World world = new World();
        world.create(Sets.set(Sets.template(V1)).replicas(2).with("updateStrategy: {podUpgradePolicy: Recreate}"));
        world.settle();
        world.kubelet.rejects("OutOfcpu");
        world.edit("replicas: 3");
        for (int i = 0; i < 4; i++) {
            world.step();
        }
        assertThat(told(world, "Stalled")).startsWith("True ScaleOutFailed: Pods end soon");

        world.kubelet.rejectsNone();
        world.edit("replicas: 2");
        world.image(V2);
        for (int i = 0; i < 60; i++) {
            world.step();
        }

        assertThat(images(world)).containsExactly(V2, V2);
        assertThat(world.condition("Stalled")).isEmpty();
    }

    @Test
    void releasesAndReplacesAPodWhoseLabelsLeaveTheSelectorAndNeverDeletesIt() {
        replayed(world -> {
            create(world, 3, "");
            PodRecord taken = controlled(world).getFirst();

            world.cluster.put(Pods.like(taken).label("app", "debug").build());
            world.settle();

            assertThat(controlled(world)).hasSize(3).extracting(PodRecord::uid).doesNotContain(taken.uid());
            assertThat(find(world, taken).controller()).isEmpty();
            assertThat(find(world, taken).ready()).isTrue();
            assertThat(ids(world)).as("no id twice").containsExactly("0", "1", "2", "3");

            world.delete();
            for (int i = 0; i < 60 && world.cluster.object(World.SET).isPresent(); i++) {
                world.step();
            }
            assertThat(world.cluster.object(World.SET)).isEmpty();
            assertThat(names(world)).containsExactly(taken.name());
        });
    }

    @Test
    void callsAPodBackIntoServiceBeforeItReleasesIt() {
        replayed(world -> {
            create(world, 3, "");
            world.floor(3);
            world.image(V2);
            stepUntilOperating(world, 3);
            world.floor(0);
            PodRecord taken = controlled(world).getFirst();

            world.cluster.put(Pods.like(taken).label("app", "debug").build());
            world.settle();

            PodRecord after = find(world, taken);
            assertThat(after.controller()).isEmpty();
            assertThat(after.available()).isTrue();
            assertThat(after.labels().keySet()).noneMatch(key -> key.contains(".podopslifecycle."));
        });
    }

    @Test
    void replacesAPodWhoseOwnerReferenceIsRemoved() {
        replayed(world -> {
            create(world, 3, "");
            PodRecord lost = controlled(world).get(1);

            world.cluster.put(Pods.like(lost).withoutOwner("web-uid").build());
            world.settle();

            assertThat(controlled(world)).hasSize(3);
            assertThat(ids(world)).containsExactly("0", "1", "2", "3");
            assertThat(told(world, "OrphanPods"))
                    .startsWith("True NotAdopted: 1 Pod matches spec.selector and nobody controls it: " + lost.name());
        });
    }

    @Test
    void tellsOfPodsOfNobodyAndCountsOneThatIsGivenToIt() {
        replayed(world -> {
            for (int id = 0; id < 4; id++) {
                world.cluster.put(Pods.pod("old-" + id)
                        .instance(id)
                        .label("app", "foo")
                        .available()
                        .build());
            }
            world.create(Sets.set(Sets.template(V1)).replicas(4));
            world.settle();

            assertThat(controlled(world)).hasSize(4);
            assertThat(ids(world)).containsExactly("0", "1", "2", "3", "4", "5", "6", "7");
            assertThat(told(world, "OrphanPods"))
                    .isEqualTo(
                            "True NotAdopted: 4 Pods match spec.selector and nobody controls them: old-0, old-1, old-2"
                                    + " and 1 more; the set does not count what it does not control. To be rid of one: delete it,"
                                    + " or change its labels. To give one to the set (what is then more than spec.replicas leaves"
                                    + " through the lifecycle): kubectl -n shop patch pod old-0 --type merge -p '{\"metadata\":{\"ownerReferences\":["
                                    + "{\"apiVersion\":\"apps.kusionstack.io/v1alpha1\",\"kind\":\"CollaSet\",\"name\":\"web\","
                                    + "\"uid\":\"web-uid\",\"controller\":true,\"blockOwnerDeletion\":true}]}}'");

            world.floor(4);
            for (PodRecord orphan : orphans(world)) {
                world.cluster.put(Pods.like(orphan).owner(WEB).build());
            }
            world.settle();
            assertThat(world.live()).hasSize(4);
            assertThat(images(world)).containsExactly(V1, V1, V1, V1);
            assertThat(world.condition("OrphanPods")).isEmpty();
        });
    }

    @Test
    void goesOnToAnotherNameWhereAPodOfAnotherHasIt() {
        SetSpec set = Sets.set(Sets.template(V1)).build();
        String first = PodNames.of(set, InstanceIdentity.allocated(0, "web", "r"));
        World world = new World();
        world.cluster.put(Pods.pod(first).instance(99).ownedBy("other").build());

        world.create(Sets.set(Sets.template(V1)).replicas(1));
        world.settle();

        assertThat(controlled(world)).hasSize(1).extracting(PodRecord::name).doesNotContain(first);
    }

    @Test
    void givesEachPodOfOneIdAnotherName() {
        World world = created(1, "");
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            PodRecord pod = controlled(world).getFirst();
            seen.add(pod.name());
            world.cluster.terminate(pod);
            world.settle();
        }
        assertThat(seen).doesNotHaveDuplicates();
    }

    private static List<PodRecord> controlled(World world) {
        return world.live().stream()
                .filter(pod -> pod.controller().filter(WEB::equals).isPresent())
                .toList();
    }

    private static List<PodRecord> orphans(World world) {
        return world.live().stream().filter(pod -> pod.controller().isEmpty()).toList();
    }

    private static PodRecord find(World world, PodRecord pod) {
        return world.live().stream()
                .filter(live -> live.uid().equals(pod.uid()))
                .findFirst()
                .orElseThrow();
    }

    private static int creations(World world) {
        return (int) world.cluster.done().stream()
                .filter(Action.CreatePod.class::isInstance)
                .count();
    }

    private static List<String> warnings(World world) {
        return world.cluster.done().stream()
                .filter(action ->
                        action instanceof Action.Announce event && event.severity() == Action.Severity.WARNING)
                .map(action -> ((Action.Announce) action).reason())
                .distinct()
                .toList();
    }
}
