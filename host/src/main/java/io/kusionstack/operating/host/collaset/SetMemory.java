package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.PodRef;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The memory of a set between two reconciliations; losing it costs a reconciliation, nothing else.
 *
 * @param pods observations of its Pods
 * @param creations answers of the API server to creations of Pods
 * @param stuckPod the stuck Pod that the stored conditions tell of; empty if they tell of none, or if this process wrote none of them
 * @param awaited writes of our own that the caches may not show yet
 * @param waits why Pods wait, as the last plan says
 */
record SetMemory(
        SeenPods pods,
        CreationAnswers creations,
        Optional<StuckPod> stuckPod,
        AwaitedWrites awaited,
        Map<PodRef, List<Wait>> waits) {
    static final SetMemory NONE =
            new SetMemory(SeenPods.NONE, CreationAnswers.NONE, Optional.empty(), AwaitedWrites.NONE, Map.of());

    SetMemory {
        waits = Map.copyOf(waits);
    }

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

        private static SeenPods of(CollaSetSnapshot snapshot) {
            Map<String, Refusal> lasting = new HashMap<>(snapshot.refusals());
            lasting.values().removeIf(refusal -> !outlasts(refusal, snapshot.now()));
            return new SeenPods(snapshot.backoff(), lasting, snapshot.lastRevisions(), snapshot.progress());
        }

        private static boolean outlasts(Refusal refusal, Instant now) {
            return refusal.result().isRefusal()
                    && now.isBefore(refusal.outlasting().leavesFrom());
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
        Map<Integer, String> lastRevisions(List<PodRecord> pods, CollaSetSnapshot.Context context) {
            Map<Integer, String> last = new HashMap<>(lastRevisions);
            last.keySet()
                    .retainAll(context.identities().stream()
                            .map(InstanceIdentity::id)
                            .collect(Collectors.toSet()));
            for (PodRecord pod : pods) {
                int id = InstanceIds.of(pod);
                if (id >= 0) {
                    pod.label(Names.REVISION).ifPresent(revision -> last.put(id, revision));
                }
            }
            return last;
        }
    }

    /** With the newest observations of its Pods. */
    SetMemory seen(CollaSetSnapshot snapshot) {
        return new SetMemory(SeenPods.of(snapshot), creations, stuckPod, awaited, waits);
    }

    SetMemory stored(Plan intent, Instant now) {
        return new SetMemory(pods, creations, stuckPod, AwaitedWrites.of(intent, now), waits);
    }

    SetMemory acted(CollaSetSnapshot snapshot, SetPlan plan, Applied applied) {
        return new SetMemory(
                pods,
                creations.with(snapshot, plan.acts(), applied),
                isTold(applied) ? plan.stuckPod() : stuckPod,
                awaited,
                plan.acts().waits());
    }

    private static boolean isTold(Applied applied) {
        return applied.failures().stream().noneMatch(failure -> failure.action() instanceof Action.WriteStatus);
    }

    /** All that the plan touches or lets wait waits for one thing, because nothing of the plan was done. */
    SetMemory waiting(Plan acts, Wait why) {
        Map<PodRef, List<Wait>> all = new HashMap<>();
        acts.waits().keySet().forEach(pod -> all.put(pod, List.of(why)));
        for (Action action : acts.actions()) {
            if (action instanceof Action.EditPod edit) {
                all.put(edit.edit().pod(), List.of(why));
            } else if (action instanceof Action.DeletePod delete) {
                all.put(delete.pod(), List.of(why));
            }
        }
        return new SetMemory(pods, creations, Optional.empty(), awaited, all);
    }
}
