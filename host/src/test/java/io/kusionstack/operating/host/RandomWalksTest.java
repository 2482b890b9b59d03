package io.kusionstack.operating.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.host.world.FakeKubelet;
import io.kusionstack.operating.host.world.Pods;
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
    private static final int WALKS = Integer.getInteger("walk.count", 25);
    private static final int STEPS = 120;
    private static final int MOST_STEPS_TO_REST = 900;
    private static final int MOST_OUT = 2;
    private static final int MOST_REPLICAS = 6;
    private static final String MISSING = "app:missing";
    private static final String TAKEN_OUT = "taken out";
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
        private final WalkGuard guard;
        private String did = "nothing";

        Walk(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.world = new WalkWorld(4, MOST_OUT);
            this.guard = new WalkGuard(world, MOST_OUT);
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
            assertThat(unfinished()).as("seed %s", seed).isEmpty();
            assertThat(world.cluster.pods().stream().filter(WalkWorld::isOwned))
                    .as("seed %s", seed)
                    .hasSize(world.replicas());
        }

        /** Pods of the set that do not serve, or that an operation is still on, with what they wait for. */
        private List<String> unfinished() {
            return world.cluster.pods().stream()
                    .filter(WalkWorld::isOwned)
                    .filter(pod -> !FakeKubelet.serves(pod)
                            || pod.labels().keySet().stream().anyMatch(key -> key.contains(".podopslifecycle.")))
                    .map(pod -> pod.name() + " waits for " + world.waits(pod) + ": " + pod)
                    .toList();
        }

        private String move() {
            int what = random.nextInt(32);
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
                case 12, 13, 14, 15 -> services(what);
                case 16, 17, 18, 19, 20 -> nodes(what);
                case 21, 22, 23, 24, 25 -> traffic(what);
                case 26, 27, 28, 29 -> hands(what);
                case 30 -> policy("Replace");
                default -> policy("InPlaceIfPossible");
            }
            return Integer.toString(what);
        }

        private void services(int what) {
            switch (what) {
                case 12 -> world.services.selects(Map.of("app", "web"));
                case 13 -> world.services.selects(Map.of("app", "mistyped"));
                case 14 -> world.services.selects(Map.of());
                default -> world.services.delete();
            }
        }

        private void nodes(int what) {
            switch (what) {
                case 16 -> blips(pod -> true);
                case 17 -> blips(pod -> random.nextBoolean());
                case 18 -> world.kubelet.blocks(Set.of());
                case 19 -> world.kubelet.cutOff();
                default -> world.kubelet.comesBack();
            }
        }

        /** Of a Service that is labelled for traffic control, and of its plugin. */
        private void traffic(int what) {
            switch (what) {
                case 21 -> world.traffic.labelled("slb", "web");
                case 22 -> world.traffic.labelled("sbl", "web");
                case 23 -> world.traffic.labelled("slb", "mistyped");
                case 24 -> world.traffic.unlabelled();
                default -> world.traffic.configured(random.nextBoolean());
            }
        }

        /** Somebody edits a Pod past the host. */
        private void hands(int what) {
            somePod().ifPresent(pod -> world.cluster.put(edited(what, pod).build()));
        }

        private Pods edited(int what, PodRecord pod) {
            Pods edited = Pods.like(pod);
            return switch (what) {
                case 26 -> edited.label("app", TAKEN_OUT);
                case 27 -> edited.withoutOwner(WalkWorld.SET.uid());
                case 28 ->
                    edited.without(oneOf(pod.labels().keySet().stream()
                            .filter(key -> !key.equals("app"))
                            .toList()));
                default -> edited.label(Names.STAY_OFFLINE, "true");
            };
        }

        private String oneOf(List<String> keys) {
            return keys.isEmpty() ? "" : keys.get(random.nextInt(keys.size()));
        }

        private void policy(String policy) {
            world.edit(spec -> spec.withObject("/updateStrategy").put("podUpgradePolicy", policy));
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
                    ? Optional.of(new Failure(
                            action, new WriteResult.NotDone(WriteResult.Cause.FORBIDDEN, 403, "exceeded quota: pods")))
                    : Optional.empty();
        }

        /** Every second write of a Pod fails. */
        private Optional<Failure> brokenWebhook(Action action) {
            boolean aPod = action instanceof Action.EditPod || action instanceof Action.DeletePod;
            return aPod && random.nextBoolean()
                    ? Optional.of(new Failure(
                            action, new WriteResult.NotDone(WriteResult.Cause.FAILED, 500, "failed calling webhook")))
                    : Optional.empty();
        }

        /** Pods of which nobody says why they do not serve. */
        private List<String> outOfServiceInSilence() {
            return world.live().stream()
                    .filter(pod -> pod.controlled() || WalkWorld.isOwned(pod))
                    .filter(pod -> !FakeKubelet.serves(pod) && world.waits(pod).isEmpty())
                    .map(PodRecord::toString)
                    .toList();
        }

        private void endTrouble() {
            did = "the end";
            world.cluster.fail(Walk::none);
            world.kubelet.blocks(Set.of());
            world.kubelet.comesBack();
            world.traffic.configured(true);
            world.traffic.labelled("slb", "web");
            // what was taken out of the set is mended by nobody, and may count for the rule
            world.live().stream()
                    .filter(pod -> !WalkWorld.isOwned(pod) || pod.labels().containsValue(TAKEN_OUT))
                    .forEach(world.cluster::terminate);
            world.live()
                    .forEach(pod -> world.cluster.put(
                            Pods.like(pod).without(Names.STAY_OFFLINE).build()));
            world.edit(spec -> spec.put("paused", false).remove("updateStrategy"));
            image("app:v9");
        }
    }
}
