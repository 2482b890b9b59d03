package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodGate.Advance;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** What the lifecycle has to say about why a Pod waits. Pure. */
final class LifecycleExplanations {
    private LifecycleExplanations() {}

    /** Why the lifecycle does nothing with the Pod. */
    private static Optional<Wait> apart(PodRecord pod) {
        if (pod.terminating()) {
            return Optional.empty();
        }
        if (pod.inactive()) {
            return Optional.of(new Wait(
                    Reason.POD_NOT_READY,
                    "",
                    "the Pod has ended (phase " + pod.phase() + ") and does not serve again"));
        }
        return pod.controlled()
                ? Optional.empty()
                : Optional.of(new Wait(
                        Reason.NOT_CONTROLLED,
                        Names.CONTROL,
                        "the Pod does not have the label " + Names.CONTROL
                                + "=true, so the host neither operates it nor counts it as in service"));
    }

    /** Operations that other controllers end; under an id of sets also those of a Pod without a set. */
    private static List<Wait> byOthers(PodRecord pod) {
        return PodOps.operations(pod).values().stream()
                .filter(operation -> operation.phase() == PodOps.Phase.OPERATING
                        && (!operation.isOfASet()
                                || pod.controller().filter(Owner::isCollaSet).isEmpty()))
                .map(operation -> new Wait(
                        Reason.OPERATION_UNDER_WAY,
                        operation.id(),
                        "operation " + operation.id() + " (" + operation.type()
                                + ") is under way: the controller that began it ends it by taking the label "
                                + LifecycleLabel.OPERATING.key(operation.id()) + " off"))
                .toList();
    }

    /** Why a Pod that is being deleted is still there. */
    private static List<Wait> ending(PodRecord pod, boolean unreachable) {
        List<Wait> waits = new ArrayList<>();
        if (unreachable) {
            waits.add(new Wait(
                    Reason.NODE_UNREACHABLE,
                    pod.node(),
                    "node " + pod.node()
                            + " is not Ready, so no kubelet says that the containers of the Pod have ended;"
                            + " mend the node, or delete the Node once its machine is gone"));
        }
        for (String finalizer : pod.finalizers()) {
            waits.add(new Wait(
                    Reason.WAITING_FOR_FINALIZER,
                    finalizer,
                    "finalizer " + finalizer + " keeps the Pod, which is being deleted, until it is taken off"));
        }
        if (waits.isEmpty()) {
            waits.add(new Wait(Reason.WAITING_FOR_KUBELET, "", "the kubelet ends the containers of the Pod"));
        }
        return waits;
    }

    static Explanation explain(LifecycleSnapshot snapshot) {
        PodRecord pod = snapshot.pod();
        Advance advanced = LifecyclePlanner.plan(snapshot);
        List<Explanation.ExplainedOperation> operations = new ArrayList<>();
        for (PodOps.Operation operation : PodOps.operations(pod).values()) {
            operations.add(new Explanation.ExplainedOperation(
                    operation.id(), operation.type(), operation.phase().word(), operation.since()));
        }
        LinkedHashSet<Wait> waits = new LinkedHashSet<>(advanced.waits());
        if (!pod.available()) {
            apart(pod).ifPresent(waits::add);
        }
        waits.addAll(byOthers(pod));
        if (pod.terminating()) {
            waits.addAll(ending(pod, snapshot.facts().unreachable().isPresent()));
        }
        return new Explanation(
                pod.ref(),
                operations,
                pod.available(),
                List.copyOf(waits),
                List.of(),
                advanced.lookAgain().map(snapshot.now()::plus));
    }
}
