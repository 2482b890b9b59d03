package io.kusionstack.operating.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kube.Failure;
import io.kusionstack.operating.host.kube.Fate;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.FakeKubelet;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What users, servers and nodes do at random to a set under a rule, and what must hold all the same. */
class RandomWalksTest {
    private static final int WALKS = 25;
    private static final int STEPS = 120;
    private static final int MOST_STEPS_TO_REST = 900;
    private static final int MOST_OUT = 2;
    private static final int MOST_REPLICAS = 6;
    private static final String MISSING = "app:missing";
    private static final String REFUSED = "NOT AN IMAGE";

    @TestFactory
    List<DynamicTest> holdTheirInvariants() {
        long first = Long.getLong("walk.seed", System.nanoTime());
        return IntStream.range(0, WALKS)
                .mapToObj(i -> first + i)
                .map(seed -> DynamicTest.dynamicTest("-Dwalk.seed=" + seed, () -> new Walk(seed).go()))
                .toList();
    }

    /** One walk. Beside the world, what is wrong in it just now. */
    private static final class Walk {
        private final long seed;
        private final Random random;
        private final WalkWorld world;
        private final Guard guard;
        private String did = "nothing";

        Walk(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.world = new WalkWorld(4, MOST_OUT);
            this.guard = new Guard(world, MOST_OUT);
            world.kubelet.loses(MISSING);
            world.cluster.refuse(Walk::refused);
            world.cluster.afterEachWrite(() -> guard.written("seed " + seed + ": " + did));
        }

        void go() {
            world.settle(MOST_STEPS_TO_REST);
            for (int step = 0; step < STEPS; step++) {
                if (random.nextInt(4) == 0) {
                    did = "step " + step + ": " + move();
                    guard.seen();
                }
                world.step();
                guard.seen();
            }
            world.kubelet.comesBack();
            assertThat(world.settle(MOST_STEPS_TO_REST))
                    .as("seed %s: steps to rest in trouble", seed)
                    .isLessThan(MOST_STEPS_TO_REST);
            assertThat(outOfServiceInSilence()).as("seed %s", seed).isEmpty();
            endTrouble();
            assertThat(world.settle(MOST_STEPS_TO_REST))
                    .as("seed %s: steps to rest", seed)
                    .isLessThan(MOST_STEPS_TO_REST);
            assertThat(world.cluster.pods().stream().filter(WalkWorld::isOwned))
                    .as("seed %s", seed)
                    .hasSize(world.replicas())
                    .allMatch(FakeKubelet::serves)
                    .allMatch(
                            pod -> pod.labels().keySet().stream().noneMatch(key -> key.contains(".podopslifecycle.")));
        }

        private String move() {
            int what = random.nextInt(21);
            switch (what) {
                case 0, 1 -> image("app:v" + (1 + random.nextInt(3)));
                case 2 -> image(MISSING);
                case 3 -> world.edit(spec -> spec.put("replicas", random.nextInt(MOST_REPLICAS + 1)));
                case 4 ->
                    world.edit(spec -> spec.withObject("/template/metadata/annotations")
                            .put("note", Integer.toString(random.nextInt(3))));
                case 5 -> world.edit(spec -> spec.put("paused", random.nextBoolean()));
                case 6 -> somePod().ifPresent(world.cluster::terminate);
                case 7 -> world.cluster.crashAfter(random.nextInt(5));
                case 8 -> world.cluster.fail(random.nextBoolean() ? Walk::quota : Walk::none);
                case 9 -> world.cluster.fail(random.nextBoolean() ? this::brokenWebhook : Walk::none);
                case 10 -> partition();
                case 11 -> image(REFUSED);
                case 12 -> world.services.selects(Map.of("app", "web"));
                case 13 -> world.services.selects(Map.of("app", "mistyped"));
                case 14 -> world.services.selects(Map.of());
                case 15 -> world.services.delete();
                case 16 -> blips(pod -> true);
                case 17 -> blips(pod -> random.nextBoolean());
                case 18 -> world.kubelet.blocks(Set.of());
                case 19 -> world.kubelet.cutOff();
                default -> world.kubelet.comesBack();
            }
            return Integer.toString(what);
        }

        private void image(String image) {
            world.edit(spec -> ((ObjectNode) spec.at("/template/spec/containers/0")).put("image", image));
        }

        private void partition() {
            int partition = random.nextInt(MOST_REPLICAS);
            world.edit(spec ->
                    spec.withObject("/updateStrategy/rollingUpdate/byPartition").put("partition", partition));
        }

        private void blips(Predicate<PodRecord> which) {
            world.kubelet.blocks(
                    world.live().stream().filter(which).map(PodRecord::uid).collect(Collectors.toSet()));
        }

        private Optional<PodRecord> somePod() {
            List<PodRecord> live = world.live();
            return live.isEmpty() ? Optional.empty() : Optional.of(live.get(random.nextInt(live.size())));
        }

        private static Optional<String> refused(Action action) {
            boolean bad = switch (action) {
                case Action.CreatePod create -> create.body().toString().contains(REFUSED);
                case Action.TryPod trial -> trial.body().toString().contains(REFUSED);
                case Action.EditPod edit -> edit.edit().images().containsValue(REFUSED);
                default -> false;
            };
            return bad ? Optional.of("spec.containers[0].image: Invalid value") : Optional.empty();
        }

        private static Optional<Failure> none(Action action) {
            return Optional.empty();
        }

        private static Optional<Failure> quota(Action action) {
            return action instanceof Action.CreatePod
                    ? Optional.of(new Failure(action, Fate.FORBIDDEN, 403, "exceeded quota: pods"))
                    : Optional.empty();
        }

        /** Every second write of a Pod fails. */
        private Optional<Failure> brokenWebhook(Action action) {
            boolean aPod = action instanceof Action.EditPod || action instanceof Action.DeletePod;
            return aPod && random.nextBoolean()
                    ? Optional.of(new Failure(action, Fate.FAILED, 500, "failed calling webhook"))
                    : Optional.empty();
        }

        /** Pods of which nobody says why they do not serve. */
        private List<String> outOfServiceInSilence() {
            return world.live().stream()
                    .filter(pod -> !FakeKubelet.serves(pod) && world.waits(pod).isEmpty())
                    .map(PodRecord::toString)
                    .toList();
        }

        private void endTrouble() {
            did = "the end";
            world.cluster.fail(Walk::none);
            world.kubelet.blocks(Set.of());
            world.kubelet.comesBack();
            world.edit(spec -> spec.put("paused", false).remove("updateStrategy"));
            image("app:v9");
        }
    }

    /** What must hold at every write. */
    private static final class Guard {
        private static final Duration A_BLIP = Duration.ofSeconds(28);

        private final WalkWorld world;
        private final int mostOut;
        private final Set<String> takenOut = new HashSet<>();
        private final Set<String> serving = new HashSet<>();
        private final Set<String> mayServe = new HashSet<>();
        private final Map<String, Instant> lastReady = new HashMap<>();

        Guard(WalkWorld world, int mostOut) {
            this.world = world;
            this.mostOut = mostOut;
        }

        /** Remembers who serves, and who may, before the next write. */
        void seen() {
            serving.clear();
            mayServe.clear();
            lastReady.keySet().retainAll(uids());
            takenOut.retainAll(uids());
            for (PodRecord pod : world.cluster.pods()) {
                if (pod.ready()) {
                    lastReady.put(pod.uid(), world.cluster.now());
                }
                if (FakeKubelet.serves(pod)) {
                    serving.add(pod.uid());
                }
                // its successor, where one is wanted, is counted by the bound on live Pods
                if (pod.terminating()) {
                    takenOut.remove(pod.uid());
                }
                if (isTrue(pod, Names.SERVICE_READY)) {
                    takenOut.remove(pod.uid());
                    if (mayServe(pod)) {
                        mayServe.add(pod.uid());
                    }
                }
            }
        }

        private Set<String> uids() {
            return world.cluster.pods().stream().map(PodRecord::uid).collect(Collectors.toSet());
        }

        /** Ready, or was a moment ago, or is only not heard of; a container that does not run answers nobody. */
        private boolean mayServe(PodRecord pod) {
            Instant ready = lastReady.getOrDefault(pod.uid(), Instant.EPOCH);
            boolean runs =
                    pod.containers().stream().allMatch(container -> container.state() == ContainerRecord.State.RUNNING);
            boolean blips = !ready.plus(A_BLIP).isBefore(world.cluster.now());
            return runs && !pod.terminating() && (pod.ready() || blips || isTrue(pod, PodCondition.CONTAINERS_READY));
        }

        private static boolean isTrue(PodRecord pod, String condition) {
            return pod.condition(condition).filter(PodCondition::isTrue).isPresent();
        }

        void written(String at) {
            switch (world.cluster.done().getLast()) {
                case Action.EditPod edit -> {
                    String uid = edit.edit().pod().uid();
                    boolean leaves =
                            edit.edit().serviceReady().filter(open -> !open).isPresent();
                    if (leaves && mayServe.contains(uid)) {
                        takenOut.add(uid);
                        assertThat(takenOut)
                                .as("%s: taken out of service at once", at)
                                .hasSizeLessThanOrEqualTo(mostOut + surplus());
                    }
                    assertThat(!edit.edit().images().isEmpty() && serving.contains(uid))
                            .as("%s: %s is changed in service", at, edit)
                            .isFalse();
                }
                case Action.DeletePod delete ->
                    assertThat(serving)
                            .as("%s: %s is deleted in service", at, delete)
                            .doesNotContain(delete.pod().uid());
                case Action.CreatePod create -> bounded(at);
                case Action.TryPod other -> {}
                case Action.ReleasePod other -> {}
                case Action.CreateObject other -> {}
                case Action.PatchObject other -> {}
                case Action.PatchStatus other -> {}
                case Action.DeleteObject other -> {}
                case Action.WriteStatus other -> {}
                case Action.Announce other -> {}
            }
            seen();
        }

        /** Pods that the set does not want any more leave without a slot. */
        private int surplus() {
            return Math.max(
                    0, (int) world.live().stream().filter(WalkWorld::isOwned).count() - world.replicas());
        }

        private void bounded(String at) {
            List<PodRecord> owned =
                    world.live().stream().filter(WalkWorld::isOwned).toList();
            assertThat(owned).as("%s: live Pods", at).hasSizeLessThanOrEqualTo(world.replicas());
            assertThat(owned.stream().map(pod -> pod.label(Names.INSTANCE_ID).orElse("")))
                    .as("%s: ids", at)
                    .doesNotHaveDuplicates();
        }
    }
}
