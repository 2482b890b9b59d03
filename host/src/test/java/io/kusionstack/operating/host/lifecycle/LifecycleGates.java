package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.Intentions;
import io.kusionstack.operating.host.world.Unused;
import java.util.List;

/** Gates of tests. */
final class LifecycleGates {
    private LifecycleGates() {}

    /** Its rules let no operation begin. */
    static LifecycleGate rejecting() {
        return new LifecycleGate(
                (pod, operation, stage, now) -> new Decision.Rejected(List.of()),
                Intentions.none(),
                Unused.endpoints(),
                Unused.employers());
    }
}
