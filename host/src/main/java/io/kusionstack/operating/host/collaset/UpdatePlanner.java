package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.UnaryOperator;

/**
 * Brings the Pods in scope to the updated revision, each through an operation of its own: begin, wait until it may be
 * touched, change it in place or delete it, finish once the new containers run.
 */
final class UpdatePlanner {
    private static final String DELAY = "spec.updateStrategy.operationDelaySeconds";

    private final CollaSetSnapshot snapshot;
    private final Revisions.History history;
    private final String target;
    private final UpdateClearance clearance;
    private final PlanStep.StepDraft draft;
    private final Set<String> scope;
    private final RefusedWrites refusedWrites;
    private final BeginWindow window;
    private int deletions;
    private final Map<String, Template.Change> changes = new HashMap<>();

    private UpdatePlanner(
            CollaSetSnapshot snapshot,
            Revisions.History history,
            UpdateClearance clearance,
            SortedMap<Integer, InstanceIdentity> identities,
            List<SetPod> podsOfSet) {
        this.snapshot = snapshot;
        this.history = history;
        this.clearance = clearance;
        this.deletions = clearance instanceof UpdateClearance.Cleared given ? given.deletions() : 0;
        this.target = history.updated().name();
        this.draft = new PlanStep.StepDraft(identities);
        this.scope = UpdateScope.of(snapshot.set(), podsOfSet, identities, target);
        this.refusedWrites = RefusedWrites.ofUpdate(snapshot, target, scope, podsOfSet, this::isRecreated);
        this.window = BeginWindow.of(podsOfSet, Names.COLLASET_OPERATION, Names.UPDATE, snapshot.now());
    }

    /** @param podsOfSet those that no earlier step has taken */
    static PlanStep plan(
            CollaSetSnapshot snapshot,
            Revisions.History history,
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
                case UpdateClearance.Cleared given -> look(setPod, outdated);
                case UpdateClearance.Withheld(Wait why) -> {
                    if (outdated) {
                        draft.explain(setPod, why);
                    }
                    look(setPod, false);
                }
                case UpdateClearance.AwaitingServer(Wait why) -> {
                    if (outdated) {
                        draft.await(setPod, why);
                    } else {
                        look(setPod, false);
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
                && change(setPod) instanceof Template.Change.Recreate;
    }

    private boolean isOutdated(SetPod setPod) {
        return scope.contains(setPod.uid()) && !setPod.revision().equals(target);
    }

    private void look(SetPod setPod, boolean outdated) {
        if (setPod.updating()) {
            goOn(setPod, outdated);
        } else if (outdated) {
            begin(setPod);
        } else {
            note(setPod, identity -> identity.revision(setPod.revision()).settled());
        }
    }

    /** Whether the API server would take Pods of the newest revision: before it is wanted, and until it is known. */
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
        Template.Change change = change(setPod);
        if (change instanceof Template.Change.Recreate(String why)
                && snapshot.set().isInPlaceOnly()) {
            draft.trouble(Template.notInPlace(why));
            return;
        }
        Optional<Wait> stop = refusedWrites.stops(setPod, snapshot.now());
        if (stop.isPresent()) {
            draft.explain(setPod, stop.get());
            return;
        }
        if (change instanceof Template.Change.InPlace) {
            // also for those that wait unmarked: ids are written once for all
            note(setPod, identity -> identity.settled().revision(target));
        }
        if (!window.admits()) {
            draft.lookAgain(BeginWindow.FRESH);
            return;
        }
        switch (change) {
            case Template.Change.InPlace inPlace -> {
                PodEdit edit = ImageChange.forgotten(
                        setPod.pod(),
                        PodOps.begin(setPod.pod(), Names.COLLASET_OPERATION, Names.UPDATE, snapshot.now()));
                intend(setPod, edit, inPlace);
            }
            case Template.Change.Recreate(String why) -> {
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
    private void intend(SetPod setPod, PodEdit begin, Template.Change.InPlace change) {
        Optional<String> earlier = Optional.ofNullable(snapshot.pending().get(setPod.uid()))
                .filter(intention -> intention.revision().equals(target))
                .map(Intention::operatingValue);
        PodEdit edit = earlier.map(value -> PodOps.inRound(begin, Names.COLLASET_OPERATION, value))
                .orElse(begin);
        draft.edit(setPod, edit);
        publish(
                setPod,
                intention(
                        change,
                        PodOps.begunRound(edit, Names.COLLASET_OPERATION).orElse("")));
    }

    private void goOn(SetPod setPod, boolean wanted) {
        boolean back =
                wanted && !ImageChange.isTouched(setPod.pod()) && refusedWrites.callsBack(setPod, snapshot.now());
        PodOps.Allowance allowance = PodOps.allowed(
                setPod.pod(),
                Names.COLLASET_OPERATION,
                Names.UPDATE,
                wanted ? snapshot.set().updateDelay() : Duration.ZERO,
                snapshot.now());
        switch (allowance) {
            case PodOps.Allowance.No() -> {
                if (back || !wanted && !ImageChange.isTouched(setPod.pod())) {
                    giveUp(setPod);
                } else if (wanted) {
                    waitToOperate(setPod);
                } else {
                    complete(setPod);
                }
            }
            case PodOps.Allowance.Later(Duration after) -> {
                draft.await(
                        setPod,
                        new Wait(Reason.OPERATION_DELAYED, DELAY, "the delay of " + DELAY + " has not passed yet"));
                draft.lookAgain(after);
            }
            case PodOps.Allowance.Now() -> {
                if (back) {
                    giveUp(setPod);
                } else if (wanted) {
                    operate(setPod);
                } else {
                    complete(setPod);
                }
            }
        }
    }

    private void waitToOperate(SetPod setPod) {
        String value = PodOps.round(setPod.pod(), Names.COLLASET_OPERATION).orElse("");
        switch (change(setPod)) {
            case Template.Change.InPlace inPlace -> {
                publish(setPod, intention(inPlace, value));
                note(setPod, identity -> identity.settled().revision(target));
            }
            case Template.Change.Recreate(String why) -> {
                if (snapshot.set().isInPlaceOnly()) {
                    draft.trouble(Template.notInPlace(why));
                }
                if (snapshot.set().isInPlaceOnly()
                        || clearance.missingSuccessor(snapshot).isPresent()) {
                    giveUp(setPod);
                    return;
                }
            }
        }
        draft.await(setPod);
    }

    /** Out of scope, or back at its own revision, before anything was done to it. */
    private void giveUp(SetPod setPod) {
        note(setPod, identity -> identity.revision(setPod.revision()).settled());
        draft.edit(
                setPod,
                PodOps.undo(setPod.pod(), Names.COLLASET_OPERATION)
                        .annotations(MapEdit.remove(List.of(Names.LAST_POD_STATUS))));
    }

    private void operate(SetPod setPod) {
        switch (change(setPod)) {
            case Template.Change.InPlace inPlace -> operateInPlace(setPod, inPlace);
            case Template.Change.Recreate(String why) -> recreate(setPod, why);
        }
    }

    private void recreate(SetPod setPod, String why) {
        if (snapshot.set().isInPlaceOnly()) {
            draft.trouble(Template.notInPlace(why));
            complete(setPod);
            return;
        }
        if (clearance.missingSuccessor(snapshot).isPresent()) {
            giveUp(setPod);
            return;
        }
        note(setPod, identity -> identity.settled().revision(target).asRecreating());
        if (deletions == 0) {
            draft.await(setPod, UpdateClearance.UNPROVEN);
            return;
        }
        deletions--;
        draft.act(announce(
                setPod, "UpdateTarget", "delete the Pod to create it again at " + target + ", because of " + why));
        draft.delete(setPod);
    }

    private void operateInPlace(SetPod setPod, Template.Change.InPlace change) {
        note(setPod, identity -> identity.settled().revision(target));
        Optional<Refusal> refusal = refusedWrites.running(setPod, snapshot.now());
        if (refusal.isPresent()) {
            draft.await(setPod, refusal.get().asWait());
            return;
        }
        PodEdit edit = intention(change, "").on(setPod.pod());
        if (edit.images().isEmpty() && ImageChange.isUnderWay(setPod.pod())) {
            if (progress(setPod) instanceof ImageChange.Progress.InProgress pending) {
                pending(setPod, pending);
                return;
            }
        }
        if (!edit.images().isEmpty() && !ImageChange.hasShown(setPod.pod())) {
            draft.await(
                    setPod,
                    new Wait(Reason.WAITING_FOR_KUBELET, "", "the kubelet has not followed the last image change yet"));
            return;
        }
        draft.edit(setPod, edit);
    }

    /** It is where it should be, or may not go further: once its containers run, the operation is over. */
    private void complete(SetPod setPod) {
        note(setPod, identity -> identity.revision(setPod.revision()).settled());
        if (!ImageChange.isTouched(setPod.pod()) && !setPod.revision().equals(target)) {
            giveUp(setPod);
            return;
        }
        switch (progress(setPod)) {
            case ImageChange.Progress.InProgress pending -> pending(setPod, pending);
            case ImageChange.Progress.Complete() -> {
                draft.act(announce(setPod, "UpdateTargetFinished", "updated in place to " + setPod.revision()));
                draft.edit(setPod, ImageChange.finished(setPod.pod()));
            }
        }
    }

    private ImageChange.Progress progress(SetPod setPod) {
        Duration grace = history.find(setPod.revision()).map(Revision::grace).orElse(Revision.DEFAULT_GRACE);
        return ImageChange.progress(setPod.pod(), ImageChange.SETTLE_MARGIN.plus(grace), snapshot.now());
    }

    private void pending(SetPod setPod, ImageChange.Progress.InProgress pending) {
        draft.await(setPod, pending.why());
        pending.look().ifPresent(draft::lookAgain);
    }

    private Template.Change change(SetPod setPod) {
        if (snapshot.set().policy() == SetSpec.Policy.RECREATE) {
            return new Template.Change.Recreate("podUpgradePolicy Recreate");
        }
        return changes.computeIfAbsent(setPod.revision(), this::changeFrom);
    }

    /** With the labels that tell the revision: the edit is the same for all Pods of one revision. */
    private Template.Change changeFrom(String revision) {
        Optional<Revision> from = history.find(revision);
        if (from.isEmpty()) {
            return new Template.Change.Recreate("an unknown revision");
        }
        Template.Change change =
                Template.between(from.get().template(), history.updated().template());
        return switch (change) {
            case Template.Change.Recreate recreate -> recreate;
            case Template.Change.InPlace(MapEdit labels, MapEdit annotations, SortedMap<String, String> images) ->
                new Template.Change.InPlace(
                        labels.then(MapEdit.set(Names.REVISION, target))
                                .then(MapEdit.remove(List.of(Names.PREPARING_TO_DELETE))),
                        annotations,
                        images);
        };
    }

    private Intention intention(Template.Change.InPlace change, String operatingValue) {
        return new Intention(
                Names.COLLASET_OPERATION,
                operatingValue,
                target,
                change.labels(),
                change.annotations(),
                change.images());
    }

    /** With a delay, the edit is made by a write of its own. */
    private void publish(SetPod setPod, Intention intention) {
        if (snapshot.set().updateDelay().isZero()) {
            draft.intend(setPod, intention);
        }
    }

    private Action announce(SetPod setPod, String reason, String message) {
        return new Action.Announce(SetStatus.pod(setPod.pod()), Action.Severity.NORMAL, reason, message);
    }

    private void note(SetPod setPod, UnaryOperator<InstanceIdentity> change) {
        draft.identities().computeIfPresent(setPod.id(), (id, identity) -> change.apply(identity));
    }
}
