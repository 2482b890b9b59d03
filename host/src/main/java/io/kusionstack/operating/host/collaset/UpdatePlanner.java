package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Brings the Pods in scope to the updated revision, each through an operation of its own: begins it here, and continues it by
 * {@link BegunUpdate}.
 */
final class UpdatePlanner {
    private final CollaSetSnapshot snapshot;
    private final RevisionHistory history;
    private final String target;
    private final UpdateClearance clearance;
    private final StepDraft draft;
    private final Set<String> scope;
    private final RefusedWrites refusedWrites;
    private final BeginWindow window;
    private final RevisionChanges changes;
    private final BegunUpdate begun;

    private UpdatePlanner(
            CollaSetSnapshot snapshot,
            RevisionHistory history,
            UpdateClearance clearance,
            SortedMap<Integer, InstanceIdentity> identities,
            List<SetPod> podsOfSet) {
        this.snapshot = snapshot;
        this.history = history;
        this.clearance = clearance;
        this.changes = new RevisionChanges(snapshot.set(), history);
        this.target = history.updated().name();
        this.draft = new StepDraft(identities);
        this.scope = UpdateScope.of(snapshot.set(), podsOfSet, identities, target);
        this.refusedWrites = RefusedWrites.ofUpdate(snapshot, target, scope, podsOfSet, this::isRecreated);
        this.window = BeginWindow.of(podsOfSet, Names.COLLASET_OPERATION, Names.UPDATE, snapshot.now());
        this.begun = new BegunUpdate(snapshot, clearance, changes, refusedWrites, draft);
    }

    /** @param podsOfSet those that no earlier step has taken */
    static PlanStep plan(
            CollaSetSnapshot snapshot,
            RevisionHistory history,
            UpdateClearance clearance,
            List<SetPod> podsOfSet,
            SortedMap<Integer, InstanceIdentity> identities) {
        return new UpdatePlanner(snapshot, history, clearance, identities, podsOfSet).planned(podsOfSet);
    }

    private PlanStep planned(List<SetPod> podsOfSet) {
        List<SetPod> ordered = podsOfSet.stream().sorted(SetPod.UPDATE_ORDER).toList();
        boolean wanted = false;
        for (SetPod setPod : ordered) {
            boolean outdated = isOutdated(setPod);
            if (scope.contains(setPod.uid())) {
                draft.reach(setPod, !outdated);
            }
            wanted |= outdated;
            switch (clearance) {
                case UpdateClearance.Cleared given -> plan(setPod, outdated);
                case UpdateClearance.Withheld(Wait why) -> {
                    if (outdated) {
                        draft.explain(setPod, why);
                    }
                    plan(setPod, false);
                }
                case UpdateClearance.AwaitingServer(Wait why) -> {
                    if (outdated) {
                        draft.await(setPod, why);
                    } else {
                        plan(setPod, false);
                    }
                }
            }
        }
        if (wanted || clearance instanceof UpdateClearance.Withheld) {
            clearance.withheld().ifPresent(why -> draft.trouble(why.message()));
        }
        if (wanted) {
            refusedWrites.trouble().ifPresent(draft::trouble);
        }
        ask(wanted);
        return draft.finished();
    }

    private boolean isRecreated(SetPod setPod) {
        return isOutdated(setPod)
                && !snapshot.set().isInPlaceOnly()
                && changes.of(setPod) instanceof TemplateChange.Recreate;
    }

    private boolean isOutdated(SetPod setPod) {
        return scope.contains(setPod.uid()) && !setPod.revision().equals(target);
    }

    private void plan(SetPod setPod, boolean outdated) {
        if (setPod.updating()) {
            begun.goOn(setPod, outdated);
        } else if (PodOps.round(setPod.pod(), Names.COLLASET_OPERATION).isPresent()) {
            restoreType(setPod);
        } else if (outdated) {
            begin(setPod);
        } else {
            draft.note(setPod, identity -> identity.revision(setPod.revision()).settled());
        }
    }

    /** The type of the operation was edited by hand. What was to end with a deletion is given up: it may have been a scale-in. */
    private void restoreType(SetPod setPod) {
        draft.edit(
                setPod,
                PodOps.isToDelete(setPod.pod(), Names.COLLASET_OPERATION)
                        ? PodOps.undo(setPod.pod(), Names.COLLASET_OPERATION)
                        : PodOps.retyped(setPod.pod(), Names.COLLASET_OPERATION, Names.UPDATE));
    }

    /** Asks the API server whether it would take Pods of the updated revision: before Pods are to have it, and until the answer is known. */
    private void ask(boolean wanted) {
        Optional<TemplateTrial> known = Optional.ofNullable(snapshot.trials().get(target));
        boolean open = known.filter(trial ->
                        trial instanceof TemplateTrial.TemplateRefused || trial instanceof TemplateTrial.Unproven)
                .isPresent();
        boolean isNew =
                snapshot.pods().isEmpty() && known.isEmpty() && snapshot.set().replicas() > 0;
        if (!snapshot.set().newerProblems().isEmpty() || !(wanted || open || isNew)) {
            return;
        }
        Optional<Instant> due =
                known.map(trial -> trial.askAgain(snapshot.set().generation())).orElse(Optional.of(snapshot.now()));
        Optional<Duration> rest = due.map(time -> Duration.between(snapshot.now(), time));
        if (rest.filter(Duration::isPositive).isPresent()) {
            draft.lookAgain(rest.get());
        } else if (due.isPresent()) {
            draft.ask(PodFactory.attempt(snapshot.set(), history.updated(), snapshot.now()));
        }
    }

    private void begin(SetPod setPod) {
        TemplateChange change = changes.of(setPod);
        if (change instanceof TemplateChange.Recreate(String why)
                && snapshot.set().isInPlaceOnly()) {
            draft.trouble(Template.notInPlace(why));
            return;
        }
        Optional<Wait> stop = refusedWrites.stops(setPod, snapshot.now());
        if (stop.isPresent()) {
            draft.explain(setPod, stop.get());
            return;
        }
        if (change instanceof TemplateChange.InPlace) {
            // also for Pods that wait without the label of the operation: ids are written once for all
            draft.note(setPod, identity -> identity.settled().revision(target));
        }
        if (!window.admits()) {
            draft.lookAgain(BeginWindow.FRESH);
            return;
        }
        switch (change) {
            case TemplateChange.InPlace inPlace -> {
                PodEdit edit = ImageChange.forgotten(
                        setPod.pod(),
                        PodOps.begin(setPod.pod(), Names.COLLASET_OPERATION, Names.UPDATE, snapshot.now()));
                intend(setPod, edit, inPlace);
            }
            case TemplateChange.Recreate(String why) -> {
                Optional<Wait> lack = clearance.missingSuccessor(snapshot);
                if (lack.isPresent()) {
                    draft.explain(setPod, lack.get());
                    return;
                }
                draft.edit(
                        setPod,
                        PodOps.beginToDelete(setPod.pod(), Names.COLLASET_OPERATION, Names.UPDATE, snapshot.now()));
            }
        }
    }

    /** A begin that is on its way keeps its time stamp: another one would be another operation. */
    private void intend(SetPod setPod, PodEdit begin, TemplateChange.InPlace change) {
        Optional<String> earlier = Optional.ofNullable(snapshot.pending().get(setPod.uid()))
                .filter(intention -> intention.revision().equals(target))
                .map(Intention::operatingValue);
        PodEdit edit = earlier.map(value -> PodOps.inRound(begin, Names.COLLASET_OPERATION, value))
                .orElse(begin);
        draft.edit(setPod, edit);
        begun.publish(
                setPod,
                changes.intention(
                        change,
                        PodOps.begunRound(edit, Names.COLLASET_OPERATION).orElse("")));
    }
}
