package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Selector;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * As many Pods as replicas are wanted: creates what is missing, lets go through the lifecycle what is too much, and
 * replaces by a Pod of the same id what a user wants deleted.
 */
final class ScalePlanner {
    private final CollaSetSnapshot snapshot;
    private final Revisions.History history;
    private final SetPods setPods;
    private final PlanStep.StepDraft draft;
    private final BeginWindow window;
    private final BeginWindow deletions;
    private final Set<String> surplus;
    private final RefusedWrites refusedWrites;

    private ScalePlanner(
            CollaSetSnapshot snapshot,
            Revisions.History history,
            SetPods setPods,
            SortedMap<Integer, InstanceIdentity> identities) {
        this.snapshot = snapshot;
        this.history = history;
        this.setPods = setPods;
        this.draft = new PlanStep.StepDraft(identities);
        this.deletions = BeginWindow.of(setPods.podsOfSet(), Names.POD_DELETE_OPERATION, Names.DELETE, snapshot.now());
        this.window = BeginWindow.of(setPods.podsOfSet(), Names.COLLASET_OPERATION, Names.SCALE_IN, snapshot.now());
        this.surplus = surplus(setPods.podsOfSet().size() - snapshot.set().replicas());
        this.refusedWrites = RefusedWrites.ofDeletion(snapshot, leaving());
    }

    static PlanStep plan(
            CollaSetSnapshot snapshot,
            Revisions.History history,
            SetPods setPods,
            SortedMap<Integer, InstanceIdentity> identities) {
        return new ScalePlanner(snapshot, history, setPods, identities).planned();
    }

    private PlanStep planned() {
        int missing = snapshot.set().replicas()
                - setPods.podsOfSet().size()
                - setPods.releasedPods().size();
        boolean rests = rests(missing > 0);
        if (!rests) {
            removeEnded();
        }
        ReleasedPods.release(snapshot, setPods.releasedPods(), draft);
        for (SetPod setPod : setPods.podsOfSet()) {
            PodEdit restored = RestoredLabels.restored(setPod, history, this::revisionOf);
            if (!restored.isEmpty()) {
                draft.edit(setPod, restored);
            } else if (surplus.contains(setPod.uid())) {
                scaleIn(setPod);
            } else if (setPod.scalingIn()) {
                stay(setPod);
            } else {
                deleteOnRequest(setPod);
            }
        }
        if (missing > 0 && !rests) {
            create(missing);
        }
        refusedWrites.trouble().ifPresent(draft::refusedDeletion);
        return draft.finished();
    }

    /** By what is remembered of the instance, else by what is recorded of it; while it is created again that names what comes. */
    private Optional<Revision> revisionOf(SetPod setPod) {
        String last = snapshot.lastRevisions().getOrDefault(setPod.id(), "");
        return history.find(last)
                .or(() -> Optional.ofNullable(draft.identities().get(setPod.id()))
                        .filter(identity -> !identity.recreating())
                        .flatMap(identity -> history.find(identity.revision()))
                        .filter(revision -> RestoredLabels.fits(revision, setPod)));
    }

    /** Pods ended soon: what is left of them stays to be looked at until the next one is tried. */
    private boolean rests(boolean missing) {
        CreationBackoff backoff = snapshot.backoff();
        if (!backoff.holds()) {
            return false;
        }
        boolean tries = setPods.podsOfSet().stream().anyMatch(setPod -> backoff.isTrial(setPod.pod(), snapshot.now()));
        draft.lookAgain(CreationBackoff.LOOK);
        Duration rest = Duration.between(snapshot.now(), backoff.until());
        if (rest.isPositive()) {
            draft.lookAgain(rest);
        }
        if (!missing && !tries) {
            return false;
        }
        draft.trouble(backoff.explanation());
        if (backoff.isNew(snapshot.now())) {
            draft.act(new Action.Announce(
                    snapshot.set().ref(), Action.Severity.WARNING, "PodsEndSoon", backoff.explanation()));
        }
        return missing && (rest.isPositive() || tries);
    }

    private void removeEnded() {
        for (PodRecord pod : setPods.ended()) {
            draft.act(new Action.DeletePod(pod.ref(), pod.resourceVersion()));
        }
    }

    /** Those that are to be deleted, for whatever reason. */
    private Set<String> leaving() {
        Set<String> uids = new HashSet<>(surplus);
        setPods.podsOfSet().stream().filter(SetPod::toDelete).forEach(setPod -> uids.add(setPod.uid()));
        return uids;
    }

    private Set<String> surplus(int tooMany) {
        Set<String> uids = new HashSet<>();
        if (tooMany > 0) {
            setPods.podsOfSet().stream()
                    .sorted(SetPod.SCALE_IN_ORDER)
                    .limit(tooMany)
                    .forEach(setPod -> uids.add(setPod.uid()));
        }
        return uids;
    }

    private void scaleIn(SetPod setPod) {
        Optional<Wait> stop = setPod.scalingIn() ? Optional.empty() : refusedWrites.stops(setPod, snapshot.now());
        if (stop.isPresent()) {
            draft.await(setPod, stop.get());
            return;
        }
        if (!setPod.scalingIn() && !window.admits()) {
            draft.await(setPod);
            draft.lookAgain(BeginWindow.FRESH);
            return;
        }
        if (!setPod.scalingIn()) {
            draft.edit(
                    setPod,
                    PodOps.beginToDelete(setPod.pod(), Names.COLLASET_OPERATION, Names.SCALE_IN, snapshot.now()));
            return;
        }
        if (refusedWrites.callsBack(setPod, snapshot.now())) {
            stay(setPod);
            return;
        }
        PodOps.Allowance allowance = PodOps.allowed(
                setPod.pod(),
                Names.COLLASET_OPERATION,
                Names.SCALE_IN,
                snapshot.set().scaleInDelay(),
                snapshot.now());
        switch (allowance) {
            case PodOps.Allowance.No() -> draft.await(setPod);
            case PodOps.Allowance.Later(Duration after) -> {
                draft.await(setPod, delayed("spec.scaleStrategy.operationDelaySeconds"));
                draft.lookAgain(after);
            }
            case PodOps.Allowance.Now() -> {
                draft.identities().computeIfPresent(setPod.id(), (id, identity) -> identity.asLeaving());
                draft.delete(setPod);
            }
        }
    }

    /** Replicas were raised again before the Pod was gone, or its deletion is refused for long. */
    private void stay(SetPod setPod) {
        draft.identities().computeIfPresent(setPod.id(), (id, identity) -> identity.staying());
        draft.edit(setPod, PodOps.undo(setPod.pod(), Names.COLLASET_OPERATION));
    }

    private void deleteOnRequest(SetPod setPod) {
        PodRecord pod = setPod.pod();
        boolean deleting = PodOps.isDuring(pod, Names.POD_DELETE_OPERATION, Names.DELETE);
        Optional<Wait> hold = setPod.toDelete() ? hold(setPod, deleting) : Optional.empty();
        boolean wanted = setPod.toDelete() && hold.isEmpty();
        hold.ifPresent(why -> draft.explain(setPod, why));
        if (!wanted && deleting) {
            draft.edit(setPod, PodOps.undo(pod, Names.POD_DELETE_OPERATION));
        }
        if (wanted && !deleting && !deletions.admits()) {
            draft.lookAgain(BeginWindow.FRESH);
            return;
        }
        if (wanted && !deleting) {
            draft.edit(setPod, PodOps.beginToDelete(pod, Names.POD_DELETE_OPERATION, Names.DELETE, snapshot.now()));
        }
        if (wanted && deleting) {
            PodOps.Allowance allowance =
                    PodOps.allowed(pod, Names.POD_DELETE_OPERATION, Names.DELETE, Duration.ZERO, snapshot.now());
            switch (allowance) {
                case PodOps.Allowance.Now() -> draft.delete(setPod);
                case PodOps.Allowance.Later(Duration after) -> draft.await(setPod);
                case PodOps.Allowance.No() -> draft.await(setPod);
            }
        }
    }

    private Optional<Wait> hold(SetPod setPod, boolean deleting) {
        Optional<Wait> lack = missingSuccessor(setPod.pod());
        if (lack.isPresent()) {
            return lack;
        }
        boolean stopped = !deleting || refusedWrites.callsBack(setPod, snapshot.now());
        return stopped ? refusedWrites.stops(setPod, snapshot.now()) : Optional.empty();
    }

    /** While no Pod can be created, one that can serve is not given for a successor that would not come. */
    private Optional<Wait> missingSuccessor(PodRecord pod) {
        return snapshot.obstacle()
                .filter(known -> pod.readyButForOurGate())
                .map(known -> new Wait(
                        Reason.REFUSED_BY_SERVER,
                        snapshot.set().name(),
                        "the Pod is deleted once a successor can be created: " + known.explanation()));
    }

    private void create(int missing) {
        List<InstanceIdentity> vacant = draft.identities().values().stream()
                .filter(identity ->
                        identity.ownedBy(snapshot.set().name()) && !identity.leaving() && !setPods.has(identity.id()))
                .filter(identity -> !isOfALostRevision(identity))
                .limit(missing)
                .map(this::onAKnownRevision)
                .toList();
        vacant.forEach(identity -> draft.identities().put(identity.id(), identity));
        Optional<CollaSetSnapshot.Obstacle> obstacle = snapshot.obstacle();
        Optional<CollaSetSnapshot.Obstacle> unchanged =
                obstacle.filter(known -> known.generation() == snapshot.set().generation());
        unchanged.ifPresent(known -> draft.trouble(known.explanation()));
        Duration rest = unchanged
                .map(known -> Duration.between(snapshot.now(), known.retryAt()))
                .orElse(Duration.ZERO);
        if (rest.isPositive()) {
            draft.lookAgain(rest);
            return;
        }
        int most = obstacle.isPresent() || snapshot.backoff().holds() ? 1 : vacant.size();
        createProbing(vacant.subList(0, Math.min(most, vacant.size())));
    }

    /** A held revision gets out by the end of its hold, and not because nothing else is left. */
    private boolean isOfALostRevision(InstanceIdentity identity) {
        boolean lost = history.lost()
                && (identity.justCreated() || history.find(identity.revision()).isEmpty());
        if (lost) {
            draft.trouble("ControllerRevision " + snapshot.set().currentRevision()
                    + " is gone, and the newest revision is held back, so no Pod is created: end the hold"
                    + " (spec.paused, the partition, or byLabel), or restore the ControllerRevision");
        }
        return lost;
    }

    /** Of a revision that no Pod runs yet, one is created first: if it is refused, so would be all. */
    private void createProbing(List<InstanceIdentity> vacant) {
        Set<String> tried = new HashSet<>();
        Set<String> probed = new HashSet<>();
        setPods.podsOfSet().forEach(setPod -> tried.add(setPod.revision()));
        for (InstanceIdentity identity : vacant) {
            if (tried.contains(identity.revision()) || probed.add(identity.revision())) {
                Revision revision = history.find(identity.revision()).orElse(history.updated());
                createSelected(PodFactory.create(snapshot.set(), identity, revision, snapshot.now()), revision);
            }
        }
    }

    /** A Pod that the selector does not match would not be known as the set's, and created again and again. */
    private void createSelected(Action.CreatePod pod, Revision revision) {
        if (PodFactory.isSelected(snapshot.set(), pod)) {
            draft.act(pod);
            return;
        }
        draft.trouble("a Pod of the revision " + revision.name() + " would not match spec.selector "
                + snapshot.set().selector().map(Selector::toString).orElse("")
                + ", so none is created; the selector was changed, which it must not be: give spec.selector and the labels"
                + " of spec.template back what they were, or let the update reach all Pods");
    }

    /**
     * A template of which the server takes no Pod must not hold one for ever. Where it refuses the content, a lost Pod is created of
     * the newest revision instead, unless that is held back, else of the one that was complete last; where the newest is the refused one
     * that its update was to bring, the other way round. Where the creation only fails for long, the newest is taken if Pods of it
     * were created or serve.
     */
    private InstanceIdentity onAKnownRevision(InstanceIdentity recorded) {
        InstanceIdentity identity = asItWas(recorded);
        boolean known = history.find(identity.revision()).isPresent() && !isOutgrown(identity);
        boolean refused = isRefused(identity.revision());
        if (known && !refused && !isFailing(identity.revision())) {
            return identity;
        }
        String current = history.current().name();
        String newest =
                snapshot.set().rollout().holds() ? current : history.updated().name();
        boolean mayBeNew = refused || !known || isProven(newest);
        List<String> others = identity.recreating() || !mayBeNew ? List.of(current, newest) : List.of(newest, current);
        return others.stream()
                .filter(revision -> !isRefused(revision) && (mayBeNew || revision.equals(current)))
                .findFirst()
                .or(() -> known ? Optional.empty() : Optional.of(newest))
                .map(identity::revision)
                .orElse(identity);
    }

    /**
     * The record names the newest revision before an update touches the Pod. One that was lost before comes back as it was, unless that is
     * neither what was complete last nor what is wanted, and no other Pod serves it; where nobody remembers, the newest is taken only if
     * a Pod of it serves.
     */
    private InstanceIdentity asItWas(InstanceIdentity identity) {
        if (identity.justCreated() || identity.recreating()) {
            return identity;
        }
        String last = snapshot.lastRevisions().getOrDefault(identity.id(), "");
        String updated = history.updated().name();
        if (history.find(last).isPresent()) {
            boolean abandoned =
                    !last.equals(updated) && !last.equals(history.current().name()) && !serves(last);
            return identity.revision(abandoned ? history.current().name() : last);
        }
        return identity.revision().equals(updated) && !serves(updated)
                ? identity.revision(history.current().name())
                : identity;
    }

    private boolean isProven(String revision) {
        return snapshot.trials().get(revision) instanceof TemplateTrial.Created || serves(revision);
    }

    private boolean serves(String revision) {
        return setPods.podsOfSet().stream()
                .anyMatch(setPod ->
                        setPod.revision().equals(revision) && setPod.pod().available());
    }

    private boolean isRefused(String revision) {
        return snapshot.trials().get(revision) instanceof TemplateTrial.TemplateRefused;
    }

    /** Pods of this older revision could not be created for a while, for whatever reason but a full quota. */
    private boolean isFailing(String revision) {
        return !revision.equals(history.updated().name())
                && snapshot.obstacle()
                        .filter(known -> known.revision().equals(revision) && known.lasts())
                        .isPresent();
    }

    /** Its template is of another selector, and nothing holds the update that would bring it to this one. */
    private boolean isOutgrown(InstanceIdentity identity) {
        Map<String, String> labels = history.find(identity.revision())
                .map(revision -> Template.labels(revision.template()))
                .orElse(Map.of());
        return snapshot.set().rollout() instanceof SetSpec.Rollout.Partition(int kept, boolean given)
                && kept == 0
                && snapshot.set()
                        .selector()
                        .filter(selector -> !selector.matches(labels))
                        .isPresent();
    }

    private static Wait delayed(String field) {
        return new Wait(Reason.OPERATION_DELAYED, field, "the delay of " + field + " has not passed yet");
    }
}
