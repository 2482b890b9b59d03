package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.FinalizerPatch;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Plans for a set that is being deleted: its Pods leave through the lifecycle, then its ids are freed, then its finalizer is removed.
 * With orphan propagation the Pods stay; so do Pods that left the set because their labels were changed.
 */
final class DeletionPlanner {
    private static final String FOREGROUND = "foregroundDeletion";

    private DeletionPlanner() {}

    static SetPlan plan(CollaSetSnapshot snapshot) {
        SetSpec set = snapshot.set();
        if (!set.finalizers().contains(Names.COLLASET_FINALIZER)) {
            return SetPlan.then(Plan.nothing(), snapshot.stuckPod());
        }
        SetPods setPods = SetPods.of(snapshot);
        boolean gone = setPods.podsOfSet().isEmpty()
                && setPods.releasedPods().isEmpty()
                && setPods.ended().isEmpty()
                && setPods.terminating().isEmpty();
        if (gone || set.finalizers().contains(Names.ORPHAN_FINALIZER)) {
            List<InstanceIdentity> foreign = snapshot.context().identities().stream()
                    .filter(identity -> !identity.ownedBy(set.name()))
                    .toList();
            Plan ids =
                    ContextWrite.of(snapshot.context(), foreign).map(Plan::of).orElse(Plan.nothing());
            return SetPlan.first(snapshot, ids.then(Plan.of(release(set))));
        }
        PlanStep.StepDraft draft = new PlanStep.StepDraft(new TreeMap<>());
        for (PodRecord pod : setPods.ended()) {
            draft.act(new Action.DeletePod(pod.ref(), pod.resourceVersion()));
        }
        ReleasedPods.release(snapshot, setPods.releasedPods(), draft);
        DeletionStep leave = DeletionStep.of(snapshot, setPods, draft);
        setPods.podsOfSet().forEach(leave::look);
        draft.lookAgain(snapshot.progress().look(snapshot.now()));
        StatusPlan status = SetStatus.terminating(snapshot, setPods, leave.refusedWrites());
        Plan told = new Plan(status.actions(), Optional.empty(), Map.of());
        return SetPlan.then(draft.finished().acts().then(told).then(warning(set)), status.stuckPod());
    }

    /** Told once: when the status does not say yet that the set is being deleted. */
    private static Plan warning(SetSpec set) {
        boolean isTold = set.status().conditions().stream()
                .anyMatch(condition -> SetStatus.TERMINATING.equals(condition.type()));
        return isTold || !set.finalizers().contains(FOREGROUND)
                ? Plan.nothing()
                : Plan.of(new Action.Announce(
                        set.ref(),
                        Action.Severity.WARNING,
                        "ForegroundDeletion",
                        "with foreground deletion the garbage collector deletes Pods in service, unless"
                                + " deploy/deletion-guard.yaml is applied; delete in the background instead"));
    }

    /** How the Pods of the set leave. */
    private record DeletionStep(
            CollaSetSnapshot snapshot,
            RefusedWrites refusedWrites,
            BeginWindow window,
            UnfinishedOperation unfinished,
            PlanStep.StepDraft draft) {
        static DeletionStep of(CollaSetSnapshot snapshot, SetPods setPods, PlanStep.StepDraft draft) {
            Set<String> all = setPods.podsOfSet().stream().map(SetPod::uid).collect(Collectors.toSet());
            return new DeletionStep(
                    snapshot,
                    RefusedWrites.ofDeletion(snapshot, all),
                    BeginWindow.of(setPods.podsOfSet(), Names.POD_DELETE_OPERATION, Names.DELETE, snapshot.now()),
                    new UnfinishedOperation(snapshot.now(), draft),
                    draft);
        }

        void look(SetPod setPod) {
            PodEdit restored = RestoredLabels.restored(setPod);
            if (!restored.isEmpty()) {
                draft.edit(setPod, restored);
            } else if (PodOps.isDuring(setPod.pod(), Names.POD_DELETE_OPERATION, Names.DELETE)) {
                goOn(setPod);
            } else {
                begin(setPod);
            }
        }

        private void begin(SetPod setPod) {
            PodRecord pod = setPod.pod();
            Optional<Wait> stop = refusedWrites.stops(setPod, snapshot.now());
            if (stop.isPresent()) {
                draft.await(setPod, stop.get());
                edit(setPod, unfinished.ended(pod));
            } else if (window.admits()) {
                PodEdit given = unfinished.notLetGo(pod);
                draft.edit(
                        setPod,
                        given.then(PodOps.beginToDelete(
                                pod.with(given), Names.POD_DELETE_OPERATION, Names.DELETE, snapshot.now())));
            } else {
                draft.lookAgain(BeginWindow.FRESH);
                edit(setPod, unfinished.notLetGo(pod));
            }
        }

        private void goOn(SetPod setPod) {
            PodRecord pod = setPod.pod();
            PodOps.Allowance allowance =
                    PodOps.allowed(pod, Names.POD_DELETE_OPERATION, Names.DELETE, Duration.ZERO, snapshot.now());
            if (refusedWrites.callsBack(setPod, snapshot.now())) {
                PodEdit ended = unfinished.ended(pod);
                draft.edit(setPod, ended.then(PodOps.undo(pod.with(ended), Names.POD_DELETE_OPERATION)));
            } else if (allowance instanceof PodOps.Allowance.Now) {
                draft.delete(setPod);
            } else {
                edit(setPod, unfinished.whileItWaits(pod));
            }
        }

        private void edit(SetPod setPod, PodEdit edit) {
            if (!edit.isEmpty()) {
                draft.edit(setPod, edit);
            }
        }
    }

    private static Action release(SetSpec set) {
        return FinalizerPatch.of(set.finalizers())
                .without(Names.COLLASET_FINALIZER)
                .action(set.ref(), set.resourceVersion());
    }
}
