package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
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
 * A set that is being deleted: its Pods leave through the lifecycle, then its ids are given back, then the finalizer goes.
 * With orphan propagation the Pods stay; so do Pods that were taken out of the set by changing their labels.
 */
final class DeletionPlanner {
    private static final String FOREGROUND = "foregroundDeletion";

    private DeletionPlanner() {}

    static SetPlan plan(CollaSetSnapshot snapshot) {
        SetSpec set = snapshot.set();
        if (!set.finalizers().contains(Names.COLLASET_FINALIZER)) {
            return SetPlan.then(Plan.nothing());
        }
        Roster roster = Roster.of(snapshot);
        boolean gone = roster.members().isEmpty()
                && roster.strays().isEmpty()
                && roster.ended().isEmpty()
                && roster.terminating().isEmpty();
        if (gone || set.finalizers().contains(Names.ORPHAN_FINALIZER)) {
            List<Identity> foreign = snapshot.context().identities().stream()
                    .filter(identity -> !identity.ownedBy(set.name()))
                    .toList();
            Plan ids =
                    ContextWrite.of(snapshot.context(), foreign).map(Plan::of).orElse(Plan.nothing());
            return SetPlan.first(ids.then(Plan.of(release(set))));
        }
        Step.Draft draft = new Step.Draft(new TreeMap<>());
        for (PodRecord pod : roster.ended()) {
            draft.act(new Action.DeletePod(pod.ref(), pod.resourceVersion()));
        }
        Strays.release(snapshot, roster.strays(), draft);
        Leave leave = Leave.of(snapshot, roster, draft);
        roster.members().forEach(leave::look);
        draft.lookAgain(snapshot.standstill().look(snapshot.now()));
        Plan status = new Plan(SetStatus.terminating(snapshot, roster, leave.setback()), Optional.empty(), Map.of());
        return SetPlan.then(draft.finished().acts().then(status).then(warning(set)));
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

    /** How its Pods leave. */
    private record Leave(
            CollaSetSnapshot snapshot, Setback setback, BeginWindow window, Unfinished unfinished, Step.Draft draft) {
        static Leave of(CollaSetSnapshot snapshot, Roster roster, Step.Draft draft) {
            Set<String> all = roster.members().stream().map(Member::uid).collect(Collectors.toSet());
            return new Leave(
                    snapshot,
                    Setback.ofDeletion(snapshot, all),
                    BeginWindow.of(roster.members(), Names.POD_DELETE_OPERATION, Names.DELETE, snapshot.now()),
                    new Unfinished(snapshot.now(), draft),
                    draft);
        }

        void look(Member member) {
            PodEdit restored = LostLabels.restored(member);
            if (!restored.isEmpty()) {
                draft.edit(member, restored);
            } else if (PodOps.isDuring(member.pod(), Names.POD_DELETE_OPERATION, Names.DELETE)) {
                goOn(member);
            } else {
                begin(member);
            }
        }

        private void begin(Member member) {
            PodRecord pod = member.pod();
            Optional<Wait> stop = setback.stops(member, snapshot.now());
            if (stop.isPresent()) {
                draft.await(member, stop.get());
                edit(member, unfinished.ended(pod));
            } else if (window.admits()) {
                PodEdit given = unfinished.notLetGo(pod);
                draft.edit(
                        member,
                        given.then(PodOps.beginToDelete(
                                pod.with(given), Names.POD_DELETE_OPERATION, Names.DELETE, snapshot.now())));
            } else {
                draft.lookAgain(BeginWindow.FRESH);
                edit(member, unfinished.notLetGo(pod));
            }
        }

        private void goOn(Member member) {
            PodRecord pod = member.pod();
            PodOps.Allowance allowance =
                    PodOps.allowed(pod, Names.POD_DELETE_OPERATION, Names.DELETE, Duration.ZERO, snapshot.now());
            if (setback.callsBack(member, snapshot.now())) {
                PodEdit ended = unfinished.ended(pod);
                draft.edit(member, ended.then(PodOps.undo(pod.with(ended), Names.POD_DELETE_OPERATION)));
            } else if (allowance instanceof PodOps.Allowance.Now) {
                draft.delete(member);
            } else {
                edit(member, unfinished.whileItWaits(pod, Names.POD_DELETE_OPERATION));
            }
        }

        private void edit(Member member, PodEdit edit) {
            if (!edit.isEmpty()) {
                draft.edit(member, edit);
            }
        }
    }

    private static Action release(SetSpec set) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        ArrayNode kept = patch.putObject("metadata").putArray("finalizers");
        set.finalizers().stream()
                .filter(finalizer -> !finalizer.equals(Names.COLLASET_FINALIZER))
                .forEach(kept::add);
        return new Action.PatchObject(set.ref(), set.resourceVersion(), patch);
    }
}
