package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The Pods whose last write the API server refused for its content. Each is held back until a newer record of it is known, or
 * until it is forgiven because its workload wants something else, or because the write of another of its Pods was taken.
 * Mutable; guarded by the lock of the namespace.
 */
final class RefusedPods {
    private final Map<String, RefusedWrite> byUid = new HashMap<>();
    private final PodsByWorkload uids = new PodsByWorkload();

    /**
     * @param version of the record that the write was decided on
     * @param workload uid of the owner at that time; empty where there was none
     */
    private record RefusedWrite(String pod, long version, String workload) {}

    void add(PodRecord pod, long version) {
        forget(pod.uid());
        String workload = pod.controller().map(Owner::uid).orElse("");
        byUid.put(pod.uid(), new RefusedWrite(pod.name(), version, workload));
        uids.add(workload, pod.uid());
    }

    /** True while this record, the newest of its Pod, is not newer than the one that the refused write was decided on. */
    boolean holdsBack(PodRecord pod) {
        RefusedWrite write = byUid.get(pod.uid());
        return write != null && pod.resourceVersion() <= write.version();
    }

    /**
     * To be called with a record that shows a write which was taken. Forgets the refusal of this Pod and returns the workload
     * whose other Pods are to be forgiven; empty where nothing was refused.
     */
    Optional<String> taken(PodRecord pod) {
        RefusedWrite write = byUid.get(pod.uid());
        if (write == null || pod.resourceVersion() <= write.version()) {
            return Optional.empty();
        }
        forget(pod.uid());
        return Optional.of(write.workload()).filter(workload -> !workload.isEmpty());
    }

    /** Forgets all refusals of the workload; returns the name by uid of each Pod. */
    Map<String, String> forgive(String workload) {
        Map<String, String> forgiven = new HashMap<>();
        for (String uid : uids.of(workload)) {
            RefusedWrite write = byUid.get(uid);
            if (write != null) {
                forgiven.put(uid, write.pod());
                forget(uid);
            }
        }
        return forgiven;
    }

    void forget(String uid) {
        RefusedWrite write = byUid.remove(uid);
        if (write != null) {
            uids.remove(write.workload(), uid);
        }
    }

    /** Forgets the Pods that are not among these. */
    void keepOnly(Set<String> podUids) {
        Set<String> others = new HashSet<>(byUid.keySet());
        others.removeAll(podUids);
        others.forEach(this::forget);
    }
}
