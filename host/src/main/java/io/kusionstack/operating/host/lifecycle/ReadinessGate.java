package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.LastPodStatus;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.util.Map;
import java.util.Optional;

/** The readiness gate that a Pod ought to have: a pure function of all operations on it. */
final class ReadinessGate {
    private ReadinessGate() {}

    /** False while any operation holds the Pod or {@code stay-offline} is on it; else True. */
    static Optional<Boolean> wanted(Map<String, OperationState> ops, PodRecord pod) {
        if (ops.values().stream().anyMatch(OperationState::holdsGate)) {
            return Optional.of(false);
        }
        if (pod.hasLabel(Names.STAY_OFFLINE)) {
            // without the condition the Pod is offline as it is
            return pod.condition(Names.SERVICE_READY).map(condition -> false);
        }
        return Optional.of(true);
    }

    /** The status to write now; empty when it is right, or can't travel with an image, or the Pod has no such gate. */
    static Optional<Boolean> flip(LifecycleSnapshot snapshot, Map<String, OperationState> ops) {
        PodRecord seen = snapshot.seen();
        if (!seen.gated() || !snapshot.edit().images().isEmpty()) {
            return Optional.empty();
        }
        return wanted(ops, snapshot.pod())
                .filter(ready -> !isStored(seen, ready))
                .filter(ready -> !ready || awaitedRestart(snapshot).isEmpty());
    }

    /** Why a Pod that nothing holds does not come back yet: a container of it is about to be stopped. */
    static Optional<Wait> awaited(LifecycleSnapshot snapshot, Map<String, OperationState> ops) {
        boolean isClosed = snapshot.seen().gated() && !isStored(snapshot.seen(), true);
        return isClosed && wanted(ops, snapshot.pod()).equals(Optional.of(true))
                ? awaitedRestart(snapshot)
                        .map(container -> new Wait(
                                Reason.WAITING_FOR_KUBELET,
                                container,
                                "container " + container
                                        + " still runs as before its image was changed; the Pod comes back"
                                        + " once the kubelet has restarted it"))
                : Optional.empty();
    }

    /** Also of an operation that was undone, or whose Pod is no longer controlled; not where the image was taken back. */
    private static Optional<String> awaitedRestart(LifecycleSnapshot snapshot) {
        PodRecord seen = snapshot.seen();
        return PodOps.awaitingRestart(seen).stream()
                .filter(container -> !seen.isObserved() || !LastPodStatus.isTakenBack(seen, container))
                .map(ContainerRecord::name)
                .findFirst();
    }

    private static boolean isStored(PodRecord seen, boolean ready) {
        return seen.condition(Names.SERVICE_READY)
                .filter(condition -> ready ? condition.isTrue() : condition.isFalse())
                .isPresent();
    }
}
