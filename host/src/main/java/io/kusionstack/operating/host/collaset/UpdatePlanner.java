package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.kube.Refusal;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.Reason;
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
    private final Clearance clearance;
    private final Step.Draft draft;
    private final Set<String> scope;
    private final Setback setback;
    private final BeginWindow window;
    private int deletions;
    private final Map<String, Template.Change> changes = new HashMap<>();

    private UpdatePlanner(
            CollaSetSnapshot snapshot,
            Revisions.History history,
            Clearance clearance,
            SortedMap<Integer, Identity> identities,
            List<Member> members) {
        this.snapshot = snapshot;
        this.history = history;
        this.clearance = clearance;
        this.deletions = clearance instanceof Clearance.Given given ? given.deletions() : 0;
        this.target = history.updated().name();
        this.draft = new Step.Draft(identities);
        this.scope = UpdateScope.of(snapshot.set(), members, identities, target);
        this.setback = Setback.ofUpdate(snapshot, target, scope, members, this::isRecreated);
        this.window = BeginWindow.of(members, Names.COLLASET_OPERATION, Names.UPDATE, snapshot.now());
    }

    /** @param members those that no earlier step has taken */
    static Step plan(
            CollaSetSnapshot snapshot,
            Revisions.History history,
            Clearance clearance,
            List<Member> members,
            SortedMap<Integer, Identity> identities) {
        return new UpdatePlanner(snapshot, history, clearance, identities, members).planned(members);
    }

    private Step planned(List<Member> members) {
        List<Member> ordered = members.stream().sorted(Member.UPDATE_ORDER).toList();
        boolean wanted = false;
        for (Member member : ordered) {
            boolean outdated = isOutdated(member);
            if (scope.contains(member.uid())) {
                draft.reach(member, !outdated);
            }
            wanted |= outdated;
            switch (clearance) {
                case Clearance.Given given -> look(member, outdated);
                case Clearance.Withheld(Wait why) -> {
                    if (outdated) {
                        draft.explain(member, why);
                    }
                    look(member, false);
                }
                case Clearance.Awaited(Wait why) -> {
                    if (outdated) {
                        draft.await(member, why);
                    } else {
                        look(member, false);
                    }
                }
            }
        }
        if (wanted || clearance instanceof Clearance.Withheld) {
            clearance.withheld().ifPresent(why -> draft.trouble(why.message()));
        }
        if (wanted) {
            setback.trouble().ifPresent(draft::trouble);
        }
        ask(wanted);
        return draft.finished();
    }

    private boolean isRecreated(Member member) {
        return isOutdated(member)
                && !snapshot.set().isInPlaceOnly()
                && change(member) instanceof Template.Change.Recreate;
    }

    private boolean isOutdated(Member member) {
        return scope.contains(member.uid()) && !member.revision().equals(target);
    }

    private void look(Member member, boolean outdated) {
        if (member.updating()) {
            goOn(member, outdated);
        } else if (outdated) {
            begin(member);
        } else {
            note(member, identity -> identity.revision(member.revision()).settled());
        }
    }

    /** Whether the API server would take Pods of the newest revision: before it is wanted, and until it is known. */
    private void ask(boolean wanted) {
        Optional<Trial> known = Optional.ofNullable(snapshot.trials().get(target));
        boolean open = known.filter(trial -> trial instanceof Trial.Refused || trial instanceof Trial.Unknown)
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

    private void begin(Member member) {
        Template.Change change = change(member);
        if (change instanceof Template.Change.Recreate(String why)
                && snapshot.set().isInPlaceOnly()) {
            draft.trouble(Template.notInPlace(why));
            return;
        }
        Optional<Wait> stop = setback.stops(member, snapshot.now());
        if (stop.isPresent()) {
            draft.explain(member, stop.get());
            return;
        }
        if (change instanceof Template.Change.InPlace) {
            // also for those that wait unmarked: ids are written once for all
            note(member, identity -> identity.settled().revision(target));
        }
        if (!window.admits()) {
            draft.lookAgain(BeginWindow.FRESH);
            return;
        }
        switch (change) {
            case Template.Change.InPlace inPlace -> {
                PodEdit edit = ImageChange.forgotten(
                        member.pod(),
                        PodOps.begin(member.pod(), Names.COLLASET_OPERATION, Names.UPDATE, snapshot.now()));
                intend(member, edit, inPlace);
            }
            case Template.Change.Recreate(String why) -> {
                Optional<Wait> lack = clearance.missingSuccessor(snapshot);
                if (lack.isPresent()) {
                    draft.explain(member, lack.get());
                    return;
                }
                draft.edit(
                        member,
                        PodOps.beginToDelete(member.pod(), Names.COLLASET_OPERATION, Names.UPDATE, snapshot.now()));
            }
        }
    }

    /** A begin that is on its way keeps its time stamp: another one would be another operation. */
    private void intend(Member member, PodEdit begin, Template.Change.InPlace change) {
        String key = Names.key(Names.OPERATING, Names.COLLASET_OPERATION);
        Optional<String> earlier = Optional.ofNullable(snapshot.pending().get(member.uid()))
                .filter(intention -> intention.revision().equals(target))
                .map(Intention::operatingValue);
        PodEdit edit =
                earlier.map(value -> begin.labels(MapEdit.set(key, value))).orElse(begin);
        draft.edit(member, edit);
        publish(member, intention(change, edit.labels().set().getOrDefault(key, "")));
    }

    private void goOn(Member member, boolean wanted) {
        boolean back = wanted && !ImageChange.isTouched(member.pod()) && setback.callsBack(member, snapshot.now());
        PodOps.Allowance allowance = PodOps.allowed(
                member.pod(),
                Names.COLLASET_OPERATION,
                Names.UPDATE,
                wanted ? snapshot.set().updateDelay() : Duration.ZERO,
                snapshot.now());
        switch (allowance) {
            case PodOps.Allowance.No() -> {
                if (back || !wanted && !ImageChange.isTouched(member.pod())) {
                    giveUp(member);
                } else if (wanted) {
                    waitToOperate(member);
                } else {
                    complete(member);
                }
            }
            case PodOps.Allowance.Later(Duration after) -> {
                draft.await(
                        member,
                        new Wait(Reason.OPERATION_DELAYED, DELAY, "the delay of " + DELAY + " has not passed yet"));
                draft.lookAgain(after);
            }
            case PodOps.Allowance.Now() -> {
                if (back) {
                    giveUp(member);
                } else if (wanted) {
                    operate(member);
                } else {
                    complete(member);
                }
            }
        }
    }

    private void waitToOperate(Member member) {
        String value = member.pod()
                .label(Names.key(Names.OPERATING, Names.COLLASET_OPERATION))
                .orElse("");
        switch (change(member)) {
            case Template.Change.InPlace inPlace -> {
                publish(member, intention(inPlace, value));
                note(member, identity -> identity.settled().revision(target));
            }
            case Template.Change.Recreate(String why) -> {
                if (snapshot.set().isInPlaceOnly()) {
                    draft.trouble(Template.notInPlace(why));
                }
                if (snapshot.set().isInPlaceOnly()
                        || clearance.missingSuccessor(snapshot).isPresent()) {
                    giveUp(member);
                    return;
                }
            }
        }
        draft.await(member);
    }

    /** Out of scope, or back at its own revision, before anything was done to it. */
    private void giveUp(Member member) {
        note(member, identity -> identity.revision(member.revision()).settled());
        draft.edit(
                member,
                PodOps.undo(member.pod(), Names.COLLASET_OPERATION)
                        .annotations(MapEdit.remove(List.of(Names.LAST_POD_STATUS))));
    }

    private void operate(Member member) {
        switch (change(member)) {
            case Template.Change.InPlace inPlace -> operateInPlace(member, inPlace);
            case Template.Change.Recreate(String why) -> recreate(member, why);
        }
    }

    private void recreate(Member member, String why) {
        if (snapshot.set().isInPlaceOnly()) {
            draft.trouble(Template.notInPlace(why));
            complete(member);
            return;
        }
        if (clearance.missingSuccessor(snapshot).isPresent()) {
            giveUp(member);
            return;
        }
        note(member, identity -> identity.settled().revision(target).asRecreating());
        if (deletions == 0) {
            draft.await(member, Clearance.UNPROVEN);
            return;
        }
        deletions--;
        draft.act(announce(
                member, "UpdateTarget", "delete the Pod to create it again at " + target + ", because of " + why));
        draft.delete(member);
    }

    private void operateInPlace(Member member, Template.Change.InPlace change) {
        note(member, identity -> identity.settled().revision(target));
        Optional<Refusal> refusal = setback.running(member, snapshot.now());
        if (refusal.isPresent()) {
            draft.await(member, refusal.get().asWait());
            return;
        }
        PodEdit edit = intention(change, "").on(member.pod());
        if (edit.images().isEmpty() && ImageChange.isUnderWay(member.pod())) {
            if (progress(member) instanceof ImageChange.Progress.Pending pending) {
                pending(member, pending);
                return;
            }
        }
        if (!edit.images().isEmpty() && !ImageChange.hasShown(member.pod())) {
            draft.await(
                    member,
                    new Wait(Reason.WAITING_FOR_KUBELET, "", "the kubelet has not followed the last image change yet"));
            return;
        }
        draft.edit(member, edit);
    }

    /** It is where it should be, or may not go further: once its containers run, the operation is over. */
    private void complete(Member member) {
        note(member, identity -> identity.revision(member.revision()).settled());
        if (!ImageChange.isTouched(member.pod()) && !member.revision().equals(target)) {
            giveUp(member);
            return;
        }
        switch (progress(member)) {
            case ImageChange.Progress.Pending pending -> pending(member, pending);
            case ImageChange.Progress.Done() -> {
                draft.act(announce(member, "UpdateTargetFinished", "updated in place to " + member.revision()));
                draft.edit(member, ImageChange.finished(member.pod()));
            }
        }
    }

    private ImageChange.Progress progress(Member member) {
        Duration grace = history.find(member.revision()).map(Revision::grace).orElse(Revision.DEFAULT_GRACE);
        return ImageChange.progress(member.pod(), ImageChange.SETTLE_MARGIN.plus(grace), snapshot.now());
    }

    private void pending(Member member, ImageChange.Progress.Pending pending) {
        draft.await(member, pending.why());
        pending.look().ifPresent(draft::lookAgain);
    }

    private Template.Change change(Member member) {
        if (snapshot.set().policy() == SetSpec.Policy.RECREATE) {
            return new Template.Change.Recreate("podUpgradePolicy Recreate");
        }
        return changes.computeIfAbsent(member.revision(), this::changeFrom);
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
    private void publish(Member member, Intention intention) {
        if (snapshot.set().updateDelay().isZero()) {
            draft.intend(member, intention);
        }
    }

    private Action announce(Member member, String reason, String message) {
        return new Action.Announce(SetStatus.pod(member.pod()), Action.Severity.NORMAL, reason, message);
    }

    private void note(Member member, UnaryOperator<Identity> change) {
        draft.identities().computeIfPresent(member.id(), (id, identity) -> change.apply(identity));
    }
}
