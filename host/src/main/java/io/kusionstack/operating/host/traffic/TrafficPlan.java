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
 * What to do for one Service.
 *
 * @param places in the order of the snapshot
 * @param edits finalizers that move now
 * @param pods in the order of the snapshot
 * @param lookAgain when to look though nothing happens
 * @param clean nothing of the Service is left at any place or on any Pod
 */
record TrafficPlan(
        List<PlacePlan> places, List<Action> edits, List<PodPlan> pods, Optional<Duration> lookAgain, boolean clean) {
    TrafficPlan {
        places = List.copyOf(places);
        edits = List.copyOf(edits);
        pods = List.copyOf(pods);
    }

    /**
     * How one Pod stands.
     *
     * @param clear nothing of it was seen anywhere since it had to be off
     * @param marked it carries the finalizer of the Service, or expects it though it is not employed
     */
    record PodPlan(Employee employee, PodTraffic.Known known, boolean clear, boolean marked) {
        /** It was seen on since it was fit again. */
        boolean isBack() {
            return isBack(known);
        }

        boolean isBack(PodTraffic.Known said) {
            return employee.backSince() > 0 && said.onAt() > employee.backSince();
        }

        /** The Service and the Pod have nothing to do with each other any more. */
        boolean isOver() {
            return !employee.employed() && clear && !marked;
        }
    }

    /** By uid. */
    Map<String, PodTraffic.Known> known() {
        Map<String, PodTraffic.Known> known = new HashMap<>();
        for (PodPlan pod : pods) {
            if (!pod.isOver()) {
                known.put(pod.employee().pod().uid(), pod.known());
            }
        }
        return known;
    }

    /** Uids. */
    Set<String> employed() {
        Set<String> employed = new HashSet<>();
        for (PodPlan pod : pods) {
            if (pod.employee().employed()) {
                employed.add(pod.employee().pod().uid());
            }
        }
        return employed;
    }

    /** By uid, of Pods that are not employed, the ticket under which that was noticed, as long as it matters. */
    Map<String, Long> leaving(Map<String, Long> noticed) {
        Map<String, Long> leaving = new HashMap<>(noticed);
        for (PodPlan pod : pods) {
            if (pod.isOver()) {
                leaving.remove(pod.employee().pod().uid());
            }
        }
        return leaving;
    }

    /** Pods that may go on though no finalizer moves: nothing will be written to them that would wake anybody. */
    List<Key> released(Function<PodRecord, Optional<PodTraffic.Known>> before) {
        List<Key> released = new ArrayList<>();
        for (PodPlan pod : pods) {
            PodRecord record = pod.employee().pod();
            boolean wasClear = before.apply(record)
                    .filter(known -> known.clearAt() > pod.employee().offSince())
                    .isPresent();
            boolean isOff =
                    pod.clear() && !pod.marked() && !wasClear && pod.employee().isGateClosed();
            if (isOff
                    || pod.isBack() && before.apply(record).filter(pod::isBack).isEmpty()) {
                released.add(new Key(record.namespace(), record.name()));
            }
        }
        return released;
    }

    /** Something is to be put on, now or as soon as its place can be read. */
    boolean asksForMore() {
        return places.stream().anyMatch(place -> !place.on().isEmpty());
    }

    /** Names of the Pods that carry this finalizer: they were on somewhere. */
    List<String> carrying(String finalizer) {
        return pods.stream()
                .filter(pod -> pod.employee().pod().finalizers().contains(finalizer))
                .map(pod -> pod.employee().pod().name())
                .toList();
    }

    /** The first address that somebody else registered. */
    Optional<Wait> foreign() {
        return pods.stream()
                .flatMap(pod -> pod.known().waits().stream())
                .filter(wait -> wait.reason() == Reason.FOREIGN_BACKEND)
                .findFirst();
    }

    int waitingOn() {
        return (int) pods.stream()
                .filter(pod -> pod.employee().isWanted() && !pod.known().waits().isEmpty())
                .count();
    }

    int waitingOff() {
        return (int) pods.stream()
                .filter(pod ->
                        !pod.employee().isWanted() && !pod.known().waits().isEmpty())
                .count();
    }
}
