package io.kusionstack.operating.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kube.Failure;
import io.kusionstack.operating.host.kube.Fate;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.FakeKubelet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
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
            int what = random.nextInt(16);
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
                default -> world.services.delete();
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
            world.edit(spec -> spec.put("paused", false).remove("updateStrategy"));
            image("app:v9");
        }
    }

    /** What must hold at every write. */
    private static final class Guard {
        private final WalkWorld world;
        private final int mostOut;
        private final Set<String> takenOut = new HashSet<>();
        private final Set<String> serving = new HashSet<>();

        Guard(WalkWorld world, int mostOut) {
            this.world = world;
            this.mostOut = mostOut;
        }

        /** Remembers who serves, before the next write. */
        void seen() {
            serving.clear();
            Set<String> there = new HashSet<>();
            for (PodRecord pod : world.cluster.pods()) {
                there.add(pod.uid());
                if (FakeKubelet.serves(pod)) {
                    serving.add(pod.uid());
                    takenOut.remove(pod.uid());
                }
            }
            takenOut.retainAll(there);
        }

        void written(String at) {
            switch (world.cluster.done().getLast()) {
                case Action.EditPod edit -> {
                    String uid = edit.edit().pod().uid();
                    boolean leaves =
                            edit.edit().serviceReady().filter(open -> !open).isPresent();
                    if (leaves && serving.contains(uid)) {
                        takenOut.add(uid);
                        assertThat(takenOut)
                                .as("%s: taken out of service at once", at)
                                .hasSizeLessThanOrEqualTo(mostOut);
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
