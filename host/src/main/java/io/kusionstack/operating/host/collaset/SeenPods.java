package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Observations of the Pods of a set.
 *
 * @param backoff how fast Pods may be created
 * @param refusals by uid: a refused write; it outlasts its Pod for its pause
 * @param lastRevisions by instance id: the revision of its last Pod
 * @param progress since when nothing of the set has moved
 */
record SeenPods(
        CreationBackoff backoff,
        Map<String, Refusal> refusals,
        Map<Integer, String> lastRevisions,
        ProgressRecord progress) {
    static final SeenPods NONE = new SeenPods(CreationBackoff.NONE, Map.of(), Map.of(), ProgressRecord.NONE);

    SeenPods {
        refusals = Map.copyOf(refusals);
        lastRevisions = Map.copyOf(lastRevisions);
    }

    static SeenPods of(CollaSetSnapshot snapshot) {
        Map<String, Refusal> lasting = new HashMap<>(snapshot.refusals());
        lasting.values().removeIf(refusal -> !outlasts(refusal, snapshot.now()));
        return new SeenPods(snapshot.backoff(), lasting, snapshot.lastRevisions(), snapshot.progress());
    }

    private static boolean outlasts(Refusal refusal, Instant now) {
        return refusal.result().isRefusal() && now.isBefore(refusal.outlasting().leavesFrom());
    }

    /** @param known of the Pods that exist; added are those that still count though their Pod is gone, or terminates */
    Map<String, Refusal> refusals(Map<String, Refusal> known, List<PodRecord> pods, Instant now) {
        Map<String, Refusal> all = new HashMap<>(known);
        Set<String> staying = pods.stream()
                .filter(pod -> !pod.terminating())
                .map(PodRecord::uid)
                .collect(Collectors.toSet());
        refusals.forEach((uid, refusal) -> {
            if (!staying.contains(uid) && outlasts(refusal, now)) {
                all.put(uid, refusal.outlasting());
            }
        });
        return all;
    }

    /** Of the Pods that exist, and of those that existed. */
    Map<Integer, String> lastRevisions(List<PodRecord> pods, StoredIdentities context) {
        Map<Integer, String> last = new HashMap<>(lastRevisions);
        last.keySet()
                .retainAll(
                        context.identities().stream().map(InstanceIdentity::id).collect(Collectors.toSet()));
        for (PodRecord pod : pods) {
            int id = InstanceIds.of(pod);
            if (id >= 0) {
                pod.label(Names.REVISION).ifPresent(revision -> last.put(id, revision));
            }
        }
        return last;
    }
}
