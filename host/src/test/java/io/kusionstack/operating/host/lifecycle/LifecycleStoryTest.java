package io.kusionstack.operating.host.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class LifecycleStoryTest {
    private static final int WALKS = 60;
    private static final int STEPS = 400;
    private static final int PODS = 4;
    private static final int MOST_OUT = 2;
    private static final List<String> IDS = List.of("collaset", "pod-delete", "job");
    private static final List<String> TYPES = List.of(Names.UPDATE, Names.DELETE);

    @Test
    void takesFourWritesForOneGracefulOperationInTraffic() {
        LifecycleWorld world = new LifecycleWorld(1, 1);
        String pod = world.names().get(0);

        world.write(PodOps.begin(world.pod(pod), "collaset", Names.UPDATE, world.now()));
        world.kubelet(pod);
        world.look(pod);
        world.traffic(pod, true);
        assertThat(PodOps.operation(world.pod(pod), "collaset").orElseThrow().phase())
                .isEqualTo(PodOps.Phase.OPERATING);
        world.write(PodOps.finish(world.pod(pod), "collaset"));
        world.kubelet(pod);
        world.look(pod);
        world.traffic(pod, true);

        assertThat(world.pod(pod).available()).isTrue();
        assertThat(PodOps.isIdle(world.pod(pod))).isTrue();
        assertThat(world.writes()).isEqualTo(4);
    }

    @Test
    void servesAClientThatWritesLabelsItself() {
        LifecycleWorld world = new LifecycleWorld(1, 1);
        String pod = world.names().get(0);

        world.patch(pod, MapEdit.set(Map.of(LifecycleLabel.OPERATING.key("reboot"), "true")));
        world.look(pod);
        assertThat(PodOps.operation(world.pod(pod), "reboot").orElseThrow().phase())
                .isEqualTo(PodOps.Phase.PRE_CHECK);
        world.patch(pod, MapEdit.set(Map.of(LifecycleLabel.OPERATION_TYPE.key("reboot"), "reboot")));
        world.look(pod);
        world.kubelet(pod);
        world.traffic(pod, false);
        world.look(pod);
        assertThat(world.pod(pod).hasLabel(LifecycleLabel.OPERATE.key("reboot")))
                .isTrue();

        world.patch(pod, MapEdit.remove(List.of(LifecycleLabel.OPERATING.key("reboot"))));
        world.look(pod);
        assertThat(world.pod(pod).label(LifecycleLabel.DONE_OPERATION_TYPE.key("reboot")))
                .contains("reboot");
        world.kubelet(pod);
        world.traffic(pod, false);
        world.look(pod);

        assertThat(world.pod(pod).available()).isTrue();
        assertThat(PodOps.isIdle(world.pod(pod))).isTrue();
    }

    @Test
    void servesAClientThatGivesUpByTheUndoLabel() {
        LifecycleWorld world = new LifecycleWorld(1, 1);
        String pod = world.names().get(0);
        PodRecord before = world.pod(pod);
        world.patch(
                pod,
                MapEdit.set(Map.of(
                        LifecycleLabel.OPERATING.key("reboot"),
                        "true",
                        LifecycleLabel.OPERATION_TYPE.key("reboot"),
                        "reboot")));
        world.look(pod);
        world.patch(pod, MapEdit.set(LifecycleLabel.UNDO_OPERATION_TYPE.key("reboot"), "other"));
        world.settle(8);

        assertThat(world.pod(pod).labels().keySet()).isEqualTo(before.labels().keySet());
        assertThat(world.pod(pod).available()).isTrue();
    }

    @Test
    void neverTakesMorePodsOutThanTheRuleAllows() {
        LifecycleWorld world = new LifecycleWorld(4, 1);
        world.names()
                .forEach(name -> world.write(PodOps.begin(world.pod(name), "collaset", Names.UPDATE, world.now())));

        assertThat(world.out()).isEqualTo(1);
        world.settle(40);
        assertThat(world.all()).allMatch(PodRecord::available).allMatch(PodOps::isIdle);
    }

    @TestFactory
    List<DynamicTest> holdsItsInvariantsOnRandomWalks() {
        long first = Long.getLong("walk.seed", System.nanoTime());
        return IntStream.range(0, WALKS)
                .mapToObj(i -> first + i)
                .map(seed -> DynamicTest.dynamicTest("-Dwalk.seed=" + seed, () -> walk(seed)))
                .toList();
    }

    private static void walk(long seed) {
        Random random = new Random(seed);
        LifecycleWorld world = new LifecycleWorld(PODS, MOST_OUT);
        for (int step = 0; step < STEPS; step++) {
            String name = world.names().get(random.nextInt(PODS));
            PodRecord before = world.pod(name);
            String did = step(world, name, random);
            check(before, world.pod(name), "seed " + seed + " step " + step + ": " + did);
            assertThat(world.breaches())
                    .as("seed %s step %s: %s", seed, step, did)
                    .isEmpty();
        }
        world.names().forEach(name -> world.patch(name, MapEdit.remove(List.of(Names.STAY_OFFLINE))));
        world.names().forEach(name -> endUntyped(world, name));
        int rounds = world.settle(60);
        assertThat(world.all())
                .as("seed %s", seed)
                .allMatch(PodRecord::available)
                .allMatch(PodOps::isIdle);
        assertThat(rounds).as("seed %s", seed).isLessThan(60);
        int writes = world.writes();
        world.names().forEach(world::look);
        assertThat(world.writes()).as("seed %s: writes at rest", seed).isEqualTo(writes);
        assertThat(world.all())
                .as("seed %s: labels left", seed)
                .allMatch(pod -> pod.labels().keySet().stream()
                        .noneMatch(key -> key.contains(".podopslifecycle.") && !key.startsWith(Names.OPERATION_TYPE)));
    }

    private static void endUntyped(LifecycleWorld world, String name) {
        for (String id : IDS) {
            if (world.pod(name).hasLabel(LifecycleLabel.OPERATING.key(id))) {
                world.patch(name, MapEdit.set(LifecycleLabel.UNDO_OPERATION_TYPE.key(id), ""));
            }
        }
    }

    private static String step(LifecycleWorld world, String name, Random random) {
        PodRecord pod = world.pod(name);
        String id = IDS.get(random.nextInt(IDS.size()));
        String type = TYPES.get(random.nextInt(TYPES.size()));
        int what = random.nextInt(18);
        switch (what) {
            case 0 -> world.write(PodOps.begin(pod, id, type, world.now()));
            case 1 -> world.write(PodOps.beginToDelete(pod, id, type, world.now()));
            case 2 -> world.write(PodOps.finish(pod, id));
            case 3 -> world.write(PodOps.undo(pod, id));
            case 4 -> world.patch(name, MapEdit.set(begun(id, type)));
            case 5 -> world.patch(name, MapEdit.remove(List.of(LifecycleLabel.OPERATING.key(id))));
            case 6 -> world.patch(name, MapEdit.set(LifecycleLabel.UNDO_OPERATION_TYPE.key(id), type));
            case 7 -> toggle(world, pod);
            case 8 -> world.containers(name, random.nextInt(4) > 0);
            case 9, 10 -> world.kubelet(name);
            case 11, 12 -> world.traffic(name, random.nextBoolean());
            case 13 -> world.pass(random.nextInt(20));
            case 14 -> world.delete(name);
            default -> world.look(name);
        }
        return what + " on " + name + " with " + id + ", " + type;
    }

    private static Map<String, String> begun(String id, String type) {
        return new TreeMap<>(
                Map.of(LifecycleLabel.OPERATING.key(id), "true", LifecycleLabel.OPERATION_TYPE.key(id), type));
    }

    private static void toggle(LifecycleWorld world, PodRecord pod) {
        MapEdit edit = pod.hasLabel(Names.STAY_OFFLINE)
                ? MapEdit.remove(List.of(Names.STAY_OFFLINE))
                : MapEdit.set(Names.STAY_OFFLINE, "");
        world.patch(pod.name(), edit);
    }

    private static void check(PodRecord before, PodRecord after, String at) {
        if (!before.uid().equals(after.uid())) {
            assertThat(before.finalizers())
                    .as("%s: gone while protected by others", at)
                    .isSubsetOf(LifecycleWorld.FINALIZER);
            return;
        }
        Map<String, PodOps.Operation> was = PodOps.operations(before);
        PodOps.operations(after).forEach((id, operation) -> {
            boolean granted = operation.phase() == PodOps.Phase.OPERATING
                    && (!was.containsKey(id) || was.get(id).phase() != PodOps.Phase.OPERATING);
            if (granted) {
                assertThat(before.condition(Names.SERVICE_READY).filter(condition -> !condition.isFalse()))
                        .as("%s: operate while the gate is open", at)
                        .isEmpty();
                assertThat(after.isProtected())
                        .as("%s: operate while protected", at)
                        .isFalse();
            }
        });
        boolean touched = PodOps.operations(after).values().stream()
                .anyMatch(operation -> operation.phase() == PodOps.Phase.OPERATING);
        boolean open = after.condition(Names.SERVICE_READY)
                .filter(PodCondition::isTrue)
                .isPresent();
        assertThat(touched && open).as("%s: gate open while operated", at).isFalse();
        if (!before.hasLabel(Names.SERVICE_AVAILABLE) && after.hasLabel(Names.SERVICE_AVAILABLE)) {
            assertThat(after.available() && PodOps.isIdle(after))
                    .as("%s: available too early", at)
                    .isTrue();
        }
    }
}
