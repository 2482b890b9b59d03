package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The plan for one Service.
 *
 * @param loadBalancers in the order of the snapshot
 * @param edits finalizers that move now
 * @param pods in the order of the snapshot
 * @param lookAgain when to observe if nothing happens
 * @param clean true if the Service has left nothing at any load balancer and on any Pod
 */
record TrafficPlan(
        List<LoadBalancerPlan> loadBalancers,
        List<Action> edits,
        List<PodPlan> pods,
        Optional<Duration> lookAgain,
        boolean clean) {
    TrafficPlan {
        loadBalancers = List.copyOf(loadBalancers);
        edits = List.copyOf(edits);
        pods = List.copyOf(pods);
    }

    /** By uid. */
    Map<String, PodTrafficStatus> known() {
        Map<String, PodTrafficStatus> known = new HashMap<>();
        for (PodPlan pod : pods) {
            if (!pod.isOver()) {
                known.put(pod.servicePod().pod().uid(), pod.known());
            }
        }
        return known;
    }

    /** Uids. */
    Set<String> targeted() {
        Set<String> targeted = new HashSet<>();
        for (PodPlan pod : pods) {
            if (pod.servicePod().targeted()) {
                targeted.add(pod.servicePod().pod().uid());
            }
        }
        return targeted;
    }

    /** By uid, of Pods that are not targeted, the ticket under which that was noticed, as long as it matters. */
    Map<String, Long> leaving(Map<String, Long> noticed) {
        Map<String, Long> leaving = new HashMap<>(noticed);
        for (PodPlan pod : pods) {
            if (pod.isOver()) {
                leaving.remove(pod.servicePod().pod().uid());
            }
        }
        return leaving;
    }

    /** Pods that may go on though no finalizer moves: nothing will be written to them that would wake anybody. */
    List<Key> released(Function<PodRecord, Optional<PodTrafficStatus>> before) {
        List<Key> released = new ArrayList<>();
        for (PodPlan pod : pods) {
            PodRecord record = pod.servicePod().pod();
            boolean wasClear = before.apply(record)
                    .filter(known -> known.clearAt() > pod.servicePod().offSince())
                    .isPresent();
            boolean isOff = pod.clear()
                    && !pod.marked()
                    && !wasClear
                    && pod.servicePod().isGateClosed();
            if (isOff
                    || pod.isBack() && before.apply(record).filter(pod::isBack).isEmpty()) {
                released.add(new Key(record.namespace(), record.name()));
            }
        }
        return released;
    }

    /** Something is to be put on, now or as soon as its load balancer can be read. */
    boolean asksForMore() {
        return loadBalancers.stream()
                .anyMatch(loadBalancer -> !loadBalancer.on().isEmpty());
    }

    /** Names of the Pods that carry this finalizer: they were on somewhere. */
    List<String> carrying(String finalizer) {
        return pods.stream()
                .filter(pod -> pod.servicePod().pod().finalizers().contains(finalizer))
                .map(pod -> pod.servicePod().pod().name())
                .toList();
    }

    /** The first address that another party has registered. */
    Optional<Wait> foreign() {
        return pods.stream()
                .flatMap(pod -> pod.known().waits().stream())
                .filter(wait -> wait.reason() == Reason.FOREIGN_BACKEND)
                .findFirst();
    }

    int waitingOn() {
        return (int) pods.stream()
                .filter(pod ->
                        pod.servicePod().isWanted() && !pod.known().waits().isEmpty())
                .count();
    }

    int waitingOff() {
        return (int) pods.stream()
                .filter(pod ->
                        !pod.servicePod().isWanted() && !pod.known().waits().isEmpty())
                .count();
    }
}
