package io.kusionstack.operating.host;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Set;
import java.util.stream.Collectors;

/** What must hold at every write of a walk. One thread. */
final class WalkGuard {
    private static final Duration A_BLIP = Duration.ofSeconds(28);

    private final WalkWorld world;
    private final int mostOut;
    private final Set<String> takenOut = new HashSet<>();
    private final Set<String> serving = new HashSet<>();
    private final Set<String> mayServe = new HashSet<>();
    private final Map<String, Instant> lastReady = new HashMap<>();

    WalkGuard(WalkWorld world, int mostOut) {
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
                if (leaves && mayServe.contains(uid) && !isWantedOffline(uid)) {
                    takenOut.add(uid);
                    assertThat(takenOut)
                            .as("%s: taken out of service at once", at)
                            .hasSizeLessThanOrEqualTo(mostOut + surplus());
                }
                assertThat(!edit.edit().images().isEmpty() && serving.contains(uid))
                        .as("%s: %s is changed in service", at, edit)
                        .isFalse();
                if (!edit.edit().images().isEmpty()) {
                    unreached(at, uid);
                }
            }
            case Action.DeletePod delete -> {
                assertThat(serving)
                        .as("%s: %s is deleted in service", at, delete)
                        .doesNotContain(delete.pod().uid());
                unreached(at, delete.pod().uid());
            }
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

    /** By a label that a user has put on it. */
    private boolean isWantedOffline(String uid) {
        return world.cluster.pods().stream().anyMatch(pod -> pod.uid().equals(uid) && pod.hasLabel(Names.STAY_OFFLINE));
    }

    private void unreached(String at, String uid) {
        assertThat(world.cluster.pods())
                .filteredOn(pod -> pod.uid().equals(uid))
                .as("%s: touched while the load balancer sends to it", at)
                .noneMatch(world.traffic::sendsTo);
    }

    /** Pods that the set does not want any more leave without a slot. */
    private int surplus() {
        return Math.max(
                0, (int) world.live().stream().filter(WalkWorld::isOwned).count() - world.replicas());
    }

    private void bounded(String at) {
        List<PodRecord> owned = world.live().stream().filter(WalkWorld::isOwned).toList();
        assertThat(owned).as("%s: live Pods", at).hasSizeLessThanOrEqualTo(world.replicas());
        assertThat(owned.stream().flatMap(pod -> pod.label(Names.INSTANCE_ID).stream()))
                .as("%s: ids", at)
                .doesNotHaveDuplicates();
    }
}
