package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.model.AvailableConditions;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * How a Pod comes back into service.
 *
 * <p>The labels of an operation that completes are held until the Pod is Ready, so that their clean-up and
 * {@code service-available} are one write. They are not held, as upstream never does, where Ready may be long in coming
 * or never comes: a container is not ready, another readiness gate is not True, the Pod has ended, or
 * {@code stay-offline} is on it; on the last two no expected finalizer is waited for either. They never go in the write
 * that enters Completing: the client that finished the operation finds {@code operated} in the answer.
 *
 * @param expected true if every expected finalizer is on the Pod
 */
record ServiceRestore(LifecycleSnapshot snapshot, boolean expected, boolean held) {

    /** Takes expectations that no Service will meet out of the annotation, and says what the Pod waits for. */
    static ServiceRestore of(LifecycleSnapshot snapshot, SortedMap<String, OperationState> ops, LifecycleDraft draft) {
        boolean held = ops.values().stream().anyMatch(OperationState::holdsGate);
        boolean inService = ops.values().stream().noneMatch(OperationState::hasLeftPreCheck);
        PodRecord pod = snapshot.pod();
        boolean settled = inService && pod.hasLabel(Names.SERVICE_AVAILABLE);
        if (settled || !comesBack(pod)) {
            return new ServiceRestore(snapshot, true, held);
        }
        boolean completing = ops.values().stream().anyMatch(OperationState.Completing.class::isInstance);
        if (held && !completing) {
            return new ServiceRestore(snapshot, false, held);
        }
        boolean expected = isExpectedThere(snapshot, draft);
        if (!held) {
            unready(snapshot).ifPresent(draft::await);
        }
        return new ServiceRestore(snapshot, expected, held);
    }

    boolean ends(OperationState.Completing op) {
        if (held || !wasCompleting(op)) {
            return false;
        }
        PodRecord seen = snapshot.seen();
        return !comesBack(snapshot.pod()) || expected && (seen.ready() || !seen.readyButForOurGate());
    }

    /** Sets or takes away {@code service-available}. */
    void mark(Map<String, OperationState> ops, Optional<Boolean> flip, LifecycleDraft draft) {
        PodRecord pod = snapshot.pod();
        boolean ready = snapshot.seen().ready() && flip.isEmpty();
        boolean marked = pod.hasLabel(Names.SERVICE_AVAILABLE);
        boolean offline = pod.hasLabel(Names.STAY_OFFLINE);
        boolean busy = ops.values().stream().anyMatch(OperationState::holdsGate);
        if (marked && (!ready || offline || busy)) {
            draft.labels(MapEdit.remove(List.of(Names.SERVICE_AVAILABLE)));
        }
        boolean inService = ops.values().stream().noneMatch(OperationState::hasLeftPreCheck);
        if (!marked && ready && !offline && inService && expected) {
            draft.labels(MapEdit.set(Names.SERVICE_AVAILABLE, LabelTime.of(snapshot.now())))
                    .labels(MapEdit.remove(List.of(Names.CREATING, Names.POD_COMPLETING)));
        }
        if (offline) {
            draft.await(new Wait(
                    Reason.STAY_OFFLINE, "", "the label " + Names.STAY_OFFLINE + " keeps the Pod out of service"));
        }
    }

    private boolean wasCompleting(OperationState.Completing op) {
        return snapshot.before().has(op.id(), LifecycleLabel.COMPLETING)
                && !snapshot.before().has(op.id(), LifecycleLabel.OPERATING);
    }

    private static boolean comesBack(PodRecord pod) {
        return !pod.inactive() && !pod.hasLabel(Names.STAY_OFFLINE);
    }

    private static Optional<Wait> unready(LifecycleSnapshot snapshot) {
        PodRecord seen = snapshot.seen();
        if (seen.ready()) {
            return Optional.empty();
        }
        if (snapshot.facts().unreachable().isPresent()) {
            return snapshot.facts().unreachable();
        }
        if (!seen.readyButForOurGate()) {
            return Optional.of(new Wait(Reason.POD_NOT_READY, "", whyNotReady(seen)));
        }
        return Optional.of(
                is(seen, Names.SERVICE_READY)
                        ? new Wait(
                                Reason.GATE_NOT_OBSERVED,
                                Names.SERVICE_READY,
                                "the kubelet has not published Ready since the readiness gate was opened")
                        : new Wait(
                                Reason.POD_NOT_READY,
                                Names.SERVICE_READY,
                                "the operator has not opened the readiness gate yet"));
    }

    private static String whyNotReady(PodRecord seen) {
        if (isUnscheduled(seen)) {
            return "no node takes the Pod: see kubectl describe pod for the scheduler's words";
        }
        List<String> closed = seen.readinessGates().stream()
                .filter(gate -> !gate.equals(Names.SERVICE_READY) && !is(seen, gate))
                .toList();
        return is(seen, PodCondition.CONTAINERS_READY) && !closed.isEmpty()
                ? "readiness gates that others open are not True: " + String.join(", ", closed)
                : stopped(seen).orElse("the containers of the Pod are not ready");
    }

    /** In the kubelet's words. */
    private static Optional<String> stopped(PodRecord seen) {
        return seen.containers().stream()
                .filter(container -> container.state() == ContainerRecord.State.WAITING
                        && !container.reason().isEmpty())
                .findFirst()
                .map(container -> "container " + container.name() + " does not run: " + container.reason()
                        + (container.stopped().message().isEmpty()
                                ? ""
                                : ": " + container.stopped().message()));
    }

    private static boolean is(PodRecord seen, String condition) {
        return seen.condition(condition).filter(PodCondition::isTrue).isPresent();
    }

    private static boolean isUnscheduled(PodRecord seen) {
        return seen.condition(PodCondition.SCHEDULED)
                .filter(PodCondition::isFalse)
                .isPresent();
    }

    /**
     * Names in the annotation what the Pod has to expect, if something is written anyway: it costs no write of its own,
     * and until then {@link #expected} knows.
     */
    static void record(LifecycleSnapshot snapshot, LifecycleDraft draft) {
        SortedMap<String, String> wanted = snapshot.facts().expected();
        if (wanted.isEmpty() || !draft.writes()) {
            return;
        }
        stored(draft.pod())
                .filter(conditions ->
                        !conditions.expectedFinalizers().entrySet().containsAll(wanted.entrySet()))
                .ifPresent(conditions -> draft.annotations(MapEdit.set(
                        Names.AVAILABLE_CONDITIONS, conditions.with(wanted).json())));
    }

    /** Empty where the annotation has another shape. */
    private static Optional<AvailableConditions> stored(PodRecord pod) {
        String annotation = pod.annotations().get(Names.AVAILABLE_CONDITIONS);
        return annotation == null ? Optional.of(AvailableConditions.none()) : AvailableConditions.parse(annotation);
    }

    private static boolean isExpectedThere(LifecycleSnapshot snapshot, LifecycleDraft draft) {
        Optional<AvailableConditions> conditions = stored(snapshot.pod());
        if (conditions.isEmpty()) {
            draft.await(new Wait(
                    Reason.WAITING_FOR_EXPECTED_FINALIZER,
                    Names.AVAILABLE_CONDITIONS,
                    "the annotation " + Names.AVAILABLE_CONDITIONS
                            + " is not of the form {\"expectedFinalizers\":{\"Kind/namespace/name\":\"finalizer\"}}"));
            return false;
        }
        SortedMap<String, String> missing = conditions
                .get()
                .with(snapshot.facts().expected())
                .missing(snapshot.pod().finalizers());
        if (missing.keySet().removeAll(snapshot.facts().gone())) {
            draft.annotations(MapEdit.set(
                    Names.AVAILABLE_CONDITIONS,
                    conditions.get().without(snapshot.facts().gone()).json()));
        }
        missing.forEach((employer, finalizer) -> draft.await(new Wait(
                Reason.WAITING_FOR_EXPECTED_FINALIZER,
                employer,
                employer + " has not put its finalizer " + finalizer + " back on the Pod")));
        snapshot.facts().returning().ifPresent(why -> {
            draft.await(why);
            // it may end without an event: its Service is withdrawn, or selects the Pod no more
            draft.look(LifecyclePlanner.RESYNC);
        });
        return missing.isEmpty() && snapshot.facts().returning().isEmpty();
    }
}
