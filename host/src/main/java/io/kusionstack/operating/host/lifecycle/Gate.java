package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.Map;
import java.util.Optional;

/** The readiness gate that a Pod ought to have: a pure function of all operations on it. */
final class Gate {
    private Gate() {}

    /** False while any operation holds the Pod or {@code stay-offline} is on it; else True. */
    static Optional<Boolean> wanted(Map<String, Op> ops, PodRecord pod) {
        if (ops.values().stream().anyMatch(Op::holdsGate)) {
            return Optional.of(false);
        }
        if (pod.hasLabel(Names.STAY_OFFLINE)) {
            // without the condition the Pod is offline as it is
            return pod.condition(Names.SERVICE_READY).map(condition -> false);
        }
        return Optional.of(true);
    }

    /** The status to write now; empty when it is right, or can't travel with an image, or the Pod has no such gate. */
    static Optional<Boolean> flip(LifecycleSnapshot snapshot, Map<String, Op> ops) {
        PodRecord seen = snapshot.seen();
        if (!seen.gated() || !snapshot.edit().images().isEmpty()) {
            return Optional.empty();
        }
        return wanted(ops, snapshot.pod()).filter(ready -> !isStored(seen, ready));
    }

    private static boolean isStored(PodRecord seen, boolean ready) {
        return seen.condition(Names.SERVICE_READY)
                .filter(condition -> ready ? condition.isTrue() : condition.isFalse())
                .isPresent();
    }
}
