package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Brings the number of Pods to the wanted replicas: creates missing Pods, lets surplus Pods leave through the lifecycle, and replaces a
 * Pod that a user wants deleted by a Pod of the same id.
 */
final class ScalePlanner {
    private final CollaSetSnapshot snapshot;
    private final RevisionHistory history;
    private final SetPods setPods;
    private final StepDraft draft;
    private final BeginWindow window;
    private final BeginWindow deletions;
    private final Set<String> surplus;
    private final RefusedWrites refusedWrites;

    private ScalePlanner(
            CollaSetSnapshot snapshot,
            RevisionHistory history,
            SetPods setPods,
            SortedMap<Integer, InstanceIdentity> identities) {
        this.snapshot = snapshot;
        this.history = history;
        this.setPods = setPods;
        this.draft = new StepDraft(identities);
        this.deletions = BeginWindow.of(setPods.podsOfSet(), Names.POD_DELETE_OPERATION, Names.DELETE, snapshot.now());
        this.window = BeginWindow.of(setPods.podsOfSet(), Names.COLLASET_OPERATION, Names.SCALE_IN, snapshot.now());
        this.surplus = surplus(setPods.podsOfSet().size() - snapshot.set().replicas());
        this.refusedWrites = RefusedWrites.ofDeletion(snapshot, leaving());
    }

    static PlanStep plan(
            CollaSetSnapshot snapshot,
            RevisionHistory history,
            SetPods setPods,
            SortedMap<Integer, InstanceIdentity> identities) {
        return new ScalePlanner(snapshot, history, setPods, identities).planned();
    }

    private PlanStep planned() {
        int missing = snapshot.set().replicas()
                - setPods.podsOfSet().size()
                - setPods.releasedPods().size();
        boolean pauses = pauses(missing > 0);
        if (!pauses) {
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
        if (missing > 0 && !pauses) {
            new PodCreation(snapshot, history, setPods, draft).plan(missing);
        }
        refusedWrites.trouble().ifPresent(draft::refusedDeletion);
        return draft.finished();
    }

    /** The revision of the Pod by memory, else by its record, which names the next revision while the Pod is created again. */
    private Optional<Revision> revisionOf(SetPod setPod) {
        String last = snapshot.lastRevisions().getOrDefault(setPod.id(), "");
        return history.find(last)
                .or(() -> Optional.ofNullable(draft.identities().get(setPod.id()))
                        .filter(identity -> !identity.recreating())
                        .flatMap(identity -> history.find(identity.revision()))
                        .filter(revision -> RestoredLabels.fits(revision, setPod)));
    }

    /** True if no Pod is created now because Pods ended soon; ended Pods are kept for inspection until the next creation. */
    private boolean pauses(boolean missing) {
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

    /** Uids of all Pods that are to be deleted. */
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
                draft.note(setPod, InstanceIdentity::asLeaving);
                draft.delete(setPod);
            }
        }
    }

    /** Replicas were raised again before the Pod was gone, or its deletion is refused for long. */
    private void stay(SetPod setPod) {
        draft.note(setPod, InstanceIdentity::staying);
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

    private static Wait delayed(String field) {
        return new Wait(Reason.OPERATION_DELAYED, field, "the delay of " + field + " has not passed yet");
    }
}
