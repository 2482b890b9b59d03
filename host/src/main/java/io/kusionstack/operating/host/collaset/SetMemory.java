package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.PodRef;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The memory of a set between two reconciliations; losing it costs a reconciliation, nothing else.
 *
 * @param pods observations of its Pods
 * @param creations answers of the API server to creations of Pods
 * @param stuckPod the stuck Pod that the stored conditions tell of; empty if they tell of none, or if this process wrote none of them
 * @param awaited writes of our own that the caches may not show yet
 * @param waits why Pods wait, as the last plan says
 * @param nextLook when the set is reconciled again if no event comes, as the last plan says
 * @param refused the intent that was refused last; empty once one is stored
 * @param uid of the set; a set that is made again under its name has no memory
 */
record SetMemory(
        SeenPods pods,
        CreationAnswers creations,
        Optional<StuckPod> stuckPod,
        AwaitedWrites awaited,
        Map<PodRef, List<Wait>> waits,
        Optional<Instant> nextLook,
        Optional<RefusedIntent> refused,
        String uid) {
    static final SetMemory NONE = new SetMemory(
            SeenPods.NONE,
            CreationAnswers.NONE,
            Optional.empty(),
            AwaitedWrites.NONE,
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            "");

    SetMemory {
        waits = Map.copyOf(waits);
    }

    /** With the newest observations of its Pods. */
    SetMemory seen(CollaSetSnapshot snapshot) {
        String owner = snapshot.set().ref().uid();
        return new SetMemory(SeenPods.of(snapshot), creations, stuckPod, awaited, waits, nextLook, refused, owner);
    }

    SetMemory stored(Plan intent, Instant now) {
        return new SetMemory(
                pods, creations, stuckPod, AwaitedWrites.of(intent, now), waits, nextLook, Optional.empty(), uid);
    }

    SetMemory acted(CollaSetSnapshot snapshot, SetPlan plan, Applied applied) {
        return new SetMemory(
                pods,
                creations.with(snapshot, plan.acts(), applied),
                isTold(applied) ? plan.stuckPod() : stuckPod,
                awaited,
                plan.acts().waits(),
                next(applied.outcome(), snapshot.now()),
                refused,
                uid);
    }

    /** When an outcome asks for the next look. */
    static Optional<Instant> next(Outcome outcome, Instant now) {
        return outcome instanceof Outcome.RequeueAfter(Duration after, String why)
                ? Optional.of(now.plus(after))
                : Optional.empty();
    }

    private static boolean isTold(Applied applied) {
        return applied.failures().stream().noneMatch(failure -> failure.action() instanceof Action.WriteStatus);
    }

    SetMemory looking(Optional<Instant> next) {
        return new SetMemory(pods, creations, stuckPod, awaited, waits, next, refused, uid);
    }

    /** The intent was refused: all that the plan touches or lets wait waits for that, because nothing of the plan was done. */
    SetMemory refused(CollaSetSnapshot snapshot, Plan acts, Failure failure) {
        Wait why = new Wait(failure.result().cause().reason(), "", failure.sentence());
        Map<PodRef, List<Wait>> all = new HashMap<>();
        acts.waits().keySet().forEach(pod -> all.put(pod, List.of(why)));
        for (Action action : acts.actions()) {
            if (action instanceof Action.EditPod edit) {
                all.put(edit.edit().pod(), List.of(why));
            } else if (action instanceof Action.DeletePod delete) {
                all.put(delete.pod(), List.of(why));
            }
        }
        return new SetMemory(
                pods,
                creations,
                Optional.empty(),
                awaited,
                all,
                nextLook,
                Optional.of(RefusedIntent.of(refused, failure, snapshot)),
                uid);
    }
}
