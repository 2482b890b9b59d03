package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.FinalizerPatch;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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
        StepDraft draft = new StepDraft(new TreeMap<>());
        for (PodRecord pod : setPods.ended()) {
            draft.act(new Action.DeletePod(pod.ref(), pod.resourceVersion()));
        }
        ReleasedPods.release(snapshot, setPods.releasedPods(), draft);
        PodDeletions deletions = PodDeletions.of(snapshot, setPods, draft);
        setPods.podsOfSet().forEach(deletions::plan);
        draft.lookAgain(snapshot.progress().look(snapshot.now()));
        StatusPlan status = SetStatus.terminating(snapshot, setPods, deletions.refusedWrites());
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

    /** With the annotation that deploy/deletion-guard.yaml asks of whoever takes the finalizer off. */
    private static Action release(SetSpec set) {
        FinalizerPatch finalizers = FinalizerPatch.of(set.finalizers()).without(Names.COLLASET_FINALIZER);
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = patch.putObject("metadata");
        finalizers.addTo(metadata);
        metadata.putObject("annotations").put(Names.PODS_LEFT, "true");
        return new Action.PatchObject(set.ref(), set.resourceVersion(), patch, finalizers.reliesOn());
    }
}
