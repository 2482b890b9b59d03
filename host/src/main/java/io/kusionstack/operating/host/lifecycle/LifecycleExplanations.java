package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** What the lifecycle has to say about why a Pod waits. Pure. */
final class LifecycleExplanations {
    private LifecycleExplanations() {}

    static Explanation explain(LifecycleSnapshot snapshot) {
        PodRecord pod = snapshot.pod();
        LifecyclePlanner.Advanced advanced = LifecyclePlanner.plan(snapshot);
        List<Explanation.Operation> operations = new ArrayList<>();
        for (PodOps.Operation operation : PodOps.operations(pod).values()) {
            operations.add(new Explanation.Operation(
                    operation.id(), operation.type(), operation.phase().word(), operation.since()));
        }
        return new Explanation(
                pod.ref(),
                operations,
                pod.available(),
                List.copyOf(new LinkedHashSet<>(advanced.waits())),
                List.of(),
                advanced.lookAgain().map(snapshot.now()::plus));
    }
}
