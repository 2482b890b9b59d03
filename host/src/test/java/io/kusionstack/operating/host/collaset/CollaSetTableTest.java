package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every world of up to four Pods, each in any of these states, with every number of replicas and some partitions. */
class CollaSetTableTest {
    private static final String OPERATING = Names.key(Names.OPERATING, Names.COLLASET_OPERATION);
    private static final String TYPE = Names.key(Names.OPERATION_TYPE, Names.COLLASET_OPERATION);
    private static final int MOST = 4;

    /** How a Pod may stand. */
    private enum State {
        SERVES_OLD,
        UNREADY_OLD,
        SERVES_NEW,
        UPDATE_WAITS,
        UPDATE_MAY_TOUCH,
        UPDATE_PATCHED,
        SCALE_IN_WAITS,
        SCALE_IN_MAY_TOUCH,
        TERMINATING
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 4})
    void holdsItsPromisesInEverySmallWorld(int partition) {
        int worlds = 0;
        for (List<State> states : multisets()) {
            for (int replicas = 0; replicas <= MOST; replicas++) {
                check(states, replicas, partition);
                worlds++;
            }
        }
        assertThat(worlds).isEqualTo(715 * 5);
    }

    private static void check(List<State> states, int replicas, int partition) {
        CollaSetSnapshot snapshot = snapshot(states, replicas, partition);
        SetPlan plan = CollaSetPlanner.plan(snapshot);
        String world = states + " replicas " + replicas + " partition " + partition;
        Map<String, PodEdit> edits = edits(plan);
        List<PodRecord> live =
                snapshot.pods().stream().filter(pod -> !pod.terminating()).toList();

        assertThat(CollaSetPlanner.plan(snapshot)).as(world).isEqualTo(plan);
        checkScaling(world, plan, live, edits, replicas);
        checkUpdates(world, live, edits, Math.max(0, replicas - partition));
        for (PodRecord pod : live) {
            if (edits.containsKey(pod.uid()) && !edits.get(pod.uid()).images().isEmpty()) {
                assertThat(pod.hasLabel(Names.key(Names.OPERATE, Names.COLLASET_OPERATION)))
                        .as(world)
                        .isTrue();
            }
        }
    }

    private static void checkScaling(
            String world, SetPlan plan, List<PodRecord> live, Map<String, PodEdit> edits, int replicas) {
        Set<Integer> ids = new HashSet<>();
        live.forEach(pod -> ids.add(InstanceIds.of(pod)));
        int created = 0;
        Set<String> deleted = new HashSet<>();
        for (Action action : plan.acts().actions()) {
            if (action instanceof Action.CreatePod create) {
                created++;
                assertThat(ids.add(create.instanceId())).as(world).isTrue();
            }
            if (action instanceof Action.DeletePod delete) {
                deleted.add(delete.pod().uid());
            }
        }
        int missing = replicas - live.size();
        assertThat(created).as(world).isBetween(Math.min(1, Math.max(0, missing)), Math.max(0, missing));
        long leaving = live.stream()
                .filter(pod -> Names.SCALE_IN.equals(after(pod, edits).labels().get(TYPE)))
                .count();
        assertThat(leaving).as(world + ": leaving").isEqualTo(Math.max(0, -missing));
        assertThat(live.stream().filter(pod -> deleted.contains(pod.uid())))
                .as(world)
                .allMatch(pod -> Names.SCALE_IN.equals(pod.labels().get(TYPE))
                        && pod.hasLabel(Names.key(Names.OPERATE, Names.COLLASET_OPERATION)));
    }

    /** No more Pods are on the new revision, or on the way to it, than the partition lets through. */
    private static void checkUpdates(String world, List<PodRecord> live, Map<String, PodEdit> edits, int reached) {
        long updated = 0;
        long heading = 0;
        for (PodRecord pod : live) {
            PodRecord after = after(pod, edits);
            boolean leaves = Names.SCALE_IN.equals(after.labels().get(TYPE));
            if (pod.labels().get(Names.REVISION).equals("web-2") && !leaves) {
                updated++;
            } else if (!leaves && after.hasLabel(OPERATING)) {
                heading++;
            }
        }
        assertThat(updated + heading).as(world + ": updates").isLessThanOrEqualTo(Math.max(updated, reached));
    }

    private static PodRecord after(PodRecord pod, Map<String, PodEdit> edits) {
        return edits.containsKey(pod.uid()) ? pod.with(edits.get(pod.uid())) : pod;
    }

    private static Map<String, PodEdit> edits(SetPlan plan) {
        return plan.acts().actions().stream()
                .filter(Action.EditPod.class::isInstance)
                .map(action -> ((Action.EditPod) action).edit())
                .collect(Collectors.toMap(edit -> edit.pod().uid(), edit -> edit));
    }

    private static CollaSetSnapshot snapshot(List<State> states, int replicas, int partition) {
        Snapshots world = Snapshots.of(Snapshots.set().replicas(replicas).partition(partition));
        for (int id = 0; id < states.size(); id++) {
            Pods pod = pod(id, states.get(id));
            world.pods(pod)
                    .identities(InstanceIdentity.adopted(
                            id, "web", pod.build().labels().get(Names.REVISION)));
        }
        return world.build();
    }

    private static Pods pod(int id, State state) {
        Pods pod = Snapshots.pod(id);
        return switch (state) {
            case SERVES_OLD -> pod;
            case UNREADY_OLD -> pod.unready();
            case SERVES_NEW -> pod.revision("web-2").image("app:v2");
            case UPDATE_WAITS -> pod.preCheck(Names.COLLASET_OPERATION, Names.UPDATE);
            case UPDATE_MAY_TOUCH -> pod.offline().operating(Names.COLLASET_OPERATION, Names.UPDATE);
            case UPDATE_PATCHED ->
                pod.offline()
                        .operating(Names.COLLASET_OPERATION, Names.UPDATE)
                        .revision("web-2")
                        .annotation(
                                Names.LAST_POD_STATUS,
                                "{\"containerStates\":{\"main\":{\"latestImage\":\"app:v2\","
                                        + "\"lastContainerID\":\"containerd://main-0\",\"lastRestartCount\":0}}}");
            case SCALE_IN_WAITS -> pod.preCheck(Names.COLLASET_OPERATION, Names.SCALE_IN);
            case SCALE_IN_MAY_TOUCH -> pod.offline().operating(Names.COLLASET_OPERATION, Names.SCALE_IN);
            case TERMINATING -> pod.terminating();
        };
    }

    /** All worlds of no to four Pods; the order of the Pods says nothing. */
    private static List<List<State>> multisets() {
        List<List<State>> all = new ArrayList<>();
        all.add(List.of());
        List<List<State>> longest = List.of(List.of());
        for (int size = 1; size <= MOST; size++) {
            List<List<State>> longer = new ArrayList<>();
            for (List<State> states : longest) {
                int first = states.isEmpty() ? 0 : states.getLast().ordinal();
                for (int next = first; next < State.values().length; next++) {
                    List<State> more = new ArrayList<>(states);
                    more.add(State.values()[next]);
                    longer.add(List.copyOf(more));
                }
            }
            all.addAll(longer);
            longest = longer;
        }
        return all;
    }
}
