package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.PodRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The plan for a set, in the order in which it has to happen.
 *
 * @param intent to be stored before anything is touched: finalizer, revisions, instance ids
 * @param intentions by Pod uid: to be published once {@code intent} is stored, in place of all earlier ones of the set
 * @param hold why no Pod may leave service for an update now
 * @param acts everything else
 * @param upkeep what nothing waits for: each is done for itself, and stops nothing where it is refused
 * @param stuckPod the stuck Pod that the conditions tell of once the status in {@code acts} is written
 */
record SetPlan(
        Plan intent,
        Map<String, Intention> intentions,
        Optional<Wait> hold,
        Plan acts,
        List<Action> upkeep,
        Optional<StuckPod> stuckPod) {
    SetPlan {
        intentions = Map.copyOf(intentions);
        upkeep = List.copyOf(upkeep);
    }

    /** No Pod leaves service before the next plan. */
    static SetPlan first(CollaSetSnapshot snapshot, Plan intent) {
        return new SetPlan(
                intent,
                Map.of(),
                Optional.of(UpdateClearance.UNPROVEN),
                Plan.nothing(),
                List.of(),
                snapshot.stuckPod());
    }

    static SetPlan holding(CollaSetSnapshot snapshot, Wait why, Plan acts) {
        return new SetPlan(Plan.nothing(), Map.of(), Optional.of(why), acts, List.of(), snapshot.stuckPod());
    }

    /**
     * The acts that only let Pods come back: they may be done though the intent is not stored.
     *
     * @param callBacks edits to make besides, of Pods that no such act edits
     */
    Plan endings(List<Action> callBacks) {
        List<Action> endings = new ArrayList<>(
                acts.actions().stream().filter(SetPlan::isEnding).toList());
        Set<PodRef> edited = new HashSet<>();
        endings.forEach(ending -> edited.add(((Action.EditPod) ending).edit().pod()));
        callBacks.stream()
                .filter(back -> back instanceof Action.EditPod(PodEdit edit) && !edited.contains(edit.pod()))
                .forEach(endings::add);
        return new Plan(endings, Optional.empty(), Map.of());
    }

    private static boolean isEnding(Action action) {
        return action instanceof Action.EditPod(PodEdit edit)
                && edit.images().isEmpty()
                && edit.labels().set().isEmpty()
                && Names.OWN_OPERATIONS.stream().anyMatch(operation -> PodOps.ends(edit, operation));
    }

    static SetPlan then(Plan acts, Optional<StuckPod> stuckPod) {
        return new SetPlan(Plan.nothing(), Map.of(), Optional.empty(), acts, List.of(), stuckPod);
    }
}
