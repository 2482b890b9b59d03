package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The label {@code preparing-to-delete}, which announces that an operation of the operator ends with the deletion of the Pod: rules, obstacles
 * and dry runs take every operation on the Pod for a deletion as long as it is there. It lasts as long as an operation of the operator
 * that is begun and not finished; the operator does not know whose notice it is, so that of another client goes with it. Pure.
 */
final class DeletionNotice {
    private DeletionNotice() {}

    /** Takes the notice off, unless another operation of the operator is begun; changes nothing where no notice is on the Pod. */
    static MapEdit leftBy(PodRecord pod, String id) {
        Map<String, OperationState> ops = new HashMap<>(PodOps.decode(pod.labels()));
        ops.remove(id);
        return pod.hasLabel(Names.PREPARING_TO_DELETE) && !isGiven(ops)
                ? MapEdit.remove(List.of(Names.PREPARING_TO_DELETE))
                : MapEdit.none();
    }

    /** True if an operation of the operator, which may end with the deletion of the Pod, is begun and not finished. */
    static boolean isGiven(Map<String, OperationState> ops) {
        return Names.OWN_OPERATIONS.stream()
                .anyMatch(id -> ops.containsKey(id) && ops.get(id).isBegun());
    }

    /** True if labels of an operation of the operator are on the Pod, in whatever state. */
    static boolean isOurs(LifecycleLabels labels) {
        return Names.OWN_OPERATIONS.stream().anyMatch(labels.marks()::containsKey);
    }
}
