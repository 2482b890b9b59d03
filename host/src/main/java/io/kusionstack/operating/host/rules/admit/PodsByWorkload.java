package io.kusionstack.operating.host.rules.admit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Pods by the uid of the workload that owns them, so that a change of one workload costs its own Pods only. A Pod
 * is its name or its uid, as the user of this class prefers. Mutable; guarded by the lock of the namespace.
 */
final class PodsByWorkload {
    private final Map<String, Set<String>> byWorkload = new HashMap<>();

    void add(String workload, String pod) {
        byWorkload.computeIfAbsent(workload, uid -> new HashSet<>()).add(pod);
    }

    void remove(String workload, String pod) {
        Set<String> pods = byWorkload.get(workload);
        if (pods != null && pods.remove(pod) && pods.isEmpty()) {
            byWorkload.remove(workload);
        }
    }

    /** The Pods of the workload, in no order; a copy. */
    List<String> of(String workload) {
        return List.copyOf(byWorkload.getOrDefault(workload, Set.of()));
    }

    void clear() {
        byWorkload.clear();
    }
}
