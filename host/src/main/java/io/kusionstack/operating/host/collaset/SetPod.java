package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodRecord;
import java.time.Instant;
import java.util.Comparator;

/**
 * A Pod of the set that is neither terminating nor ended.
 *
 * @param id -1 if the Pod has none
 * @param toDelete true if a user wants this very Pod deleted
 * @param leaving its scale-in has passed its check: one that only waits for that gives its turn to a Pod that cannot serve
 * @param mayServe for a moment in which it is not ready, too
 * @param ready as the Pod says, all gates included
 * @param broken a container of it ends again and again, or has no image
 * @param readySince the epoch while it is not ready
 */
record SetPod(
        PodRecord pod,
        int id,
        boolean toDelete,
        boolean updating,
        boolean scalingIn,
        boolean leaving,
        boolean mayServe,
        boolean ready,
        boolean broken,
        Instant readySince) {
    /** The Pod whose loss costs least first; the name decides between equals. */
    static final Comparator<SetPod> SCALE_IN_ORDER = Comparator.comparing(SetPod::toDelete, Comparator.reverseOrder())
            .thenComparing(SetPod::leaving, Comparator.reverseOrder())
            .thenComparing(SetPod::operatedByOthers)
            .thenComparing(SetPod::mayServe)
            .thenComparing(SetPod::scalingIn, Comparator.reverseOrder())
            .thenComparing(SetPod::bound)
            .thenComparing(SetPod::phaseRank)
            .thenComparing(SetPod::ready)
            .thenComparing(SetPod::readySince, Comparator.reverseOrder())
            .thenComparing(SetPod::created, Comparator.reverseOrder())
            .thenComparing(SetPod::name);

    /** Broken Pods first: they lose nothing, and the new revision may be the cure. */
    static final Comparator<SetPod> UPDATE_ORDER = Comparator.comparing(SetPod::broken, Comparator.reverseOrder())
            .thenComparing(SetPod::ready)
            .thenComparing(SetPod::readySince, Comparator.reverseOrder())
            .thenComparing(SetPod::created, Comparator.reverseOrder())
            .thenComparing(SetPod::name);

    static SetPod of(PodRecord pod, SetSpec set, Instant now) {
        boolean ready = pod.ready();
        boolean scalingIn = isScalingIn(pod);
        return new SetPod(
                pod,
                InstanceIds.of(pod),
                pod.hasLabel(Names.TO_DELETE) || set.podsToDelete().contains(pod.name()),
                PodOps.isDuring(pod, Names.COLLASET_OPERATION, Names.UPDATE),
                scalingIn,
                scalingIn && hasPassed(pod),
                pod.mayServe(now),
                ready,
                !ready && isBroken(pod),
                ready ? readyTransition(pod) : Instant.EPOCH);
    }

    static boolean isScalingIn(PodRecord pod) {
        return PodOps.isDuring(pod, Names.COLLASET_OPERATION, Names.SCALE_IN);
    }

    private static boolean hasPassed(PodRecord pod) {
        return PodOps.operation(pod, Names.COLLASET_OPERATION)
                .filter(PodOps.Operation::hasLeftPreCheck)
                .isPresent();
    }

    String uid() {
        return pod.uid();
    }

    String name() {
        return pod.name();
    }

    String revision() {
        return pod.label(Names.REVISION).orElse("");
    }

    private static boolean isBroken(PodRecord pod) {
        for (ContainerRecord container : pod.containers()) {
            boolean waits = container.state() == ContainerRecord.State.WAITING
                    && !container.reason().equals("ContainerCreating")
                    && !container.reason().equals("PodInitializing")
                    && !container.reason().isEmpty();
            if (waits || (!container.init() && container.state() == ContainerRecord.State.TERMINATED)) {
                return true;
            }
        }
        return false;
    }

    /** True during an operation of another party that has left PreCheck: it has to end first. */
    private boolean operatedByOthers() {
        return PodOps.isBegun(pod, id -> !Names.OWN_OPERATIONS.contains(id))
                && PodOps.operations(pod).values().stream()
                        .anyMatch(operation -> operation.hasLeftPreCheck() && !operation.isOfASet());
    }

    private boolean bound() {
        return !pod.node().isEmpty();
    }

    private int phaseRank() {
        return switch (pod.phase()) {
            case "Pending" -> 0;
            case "Unknown" -> 1;
            default -> 2;
        };
    }

    private Instant created() {
        return pod.created();
    }

    private static Instant readyTransition(PodRecord pod) {
        return pod.condition(PodCondition.READY)
                .map(PodCondition::lastTransition)
                .orElse(Instant.EPOCH);
    }
}
