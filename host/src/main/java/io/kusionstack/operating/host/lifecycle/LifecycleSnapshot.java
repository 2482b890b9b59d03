package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * All that the planner looks at for one Pod.
 *
 * @param seen the Pod as it is stored
 * @param edit what the caller wants to write
 * @param pod the Pod as it is once the caller's edit is written
 * @param before the lifecycle labels of {@code seen}
 * @param labels the lifecycle labels of {@code pod}
 * @param ops what {@code labels} mean
 * @param facts what others know
 */
record LifecycleSnapshot(
        PodRecord seen,
        PodEdit edit,
        PodRecord pod,
        LifecycleLabels before,
        LifecycleLabels labels,
        SortedMap<String, OperationState> ops,
        Facts facts,
        Instant now) {

    /**
     * What others know of the Pod.
     *
     * @param admission by operation, for those that ask; one that asks and is absent waits, one that is asked about again and
     *     is absent goes on
     * @param unreachable why nothing new may be sent to the Pod's node
     * @param intention the edit that one operation wants to make
     * @param holding endpoints that may still get requests to the Pod; read only while the stored gate is False
     * @param gone employers whose expected finalizer will never come
     * @param expected finalizers by employer that the Pod needs, whether its annotation says so yet or not
     * @param returning why it is not served yet though all its finalizers are there
     */
    record Facts(
            Map<String, Decision> admission,
            Optional<Wait> unreachable,
            Optional<Intention> intention,
            List<Endpoints.HoldingEndpoint> holding,
            Set<String> gone,
            SortedMap<String, String> expected,
            Optional<Wait> returning) {
        private static final Facts NONE = new Facts(
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Set.of(),
                Collections.emptySortedMap(),
                Optional.empty());

        Facts {
            admission = Map.copyOf(admission);
            holding = List.copyOf(holding);
            gone = Set.copyOf(gone);
            expected = Collections.unmodifiableSortedMap(expected);
        }

        static Facts none() {
            return NONE;
        }
    }

    LifecycleSnapshot {
        ops = Collections.unmodifiableSortedMap(ops);
    }

    static LifecycleSnapshot of(PodRecord seen, PodEdit edit, Instant now) {
        PodRecord pod = edit.isEmpty() ? seen : seen.with(edit);
        LifecycleLabels before = LifecycleLabels.of(seen.labels());
        LifecycleLabels labels = edit.labels().isEmpty() ? before : LifecycleLabels.of(pod.labels());
        return new LifecycleSnapshot(
                seen, edit, pod, before, labels, labels.ops(before, seen.created()), Facts.none(), now);
    }

    LifecycleSnapshot with(Facts more) {
        return new LifecycleSnapshot(seen, edit, pod, before, labels, ops, more, now);
    }
}
