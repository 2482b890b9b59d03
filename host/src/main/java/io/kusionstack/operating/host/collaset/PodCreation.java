package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Selector;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Creates the Pods that a set lacks, one at a time while creations are refused or new Pods end soon. Lives for one plan. */
final class PodCreation {
    private final CollaSetSnapshot snapshot;
    private final RevisionHistory history;
    private final SetPods setPods;
    private final StepDraft draft;
    private final SuccessorRevisions revisions;

    PodCreation(CollaSetSnapshot snapshot, RevisionHistory history, SetPods setPods, StepDraft draft) {
        this.snapshot = snapshot;
        this.history = history;
        this.setPods = setPods;
        this.draft = draft;
        this.revisions = new SuccessorRevisions(snapshot, history, setPods);
    }

    void plan(int missing) {
        List<InstanceIdentity> vacant = draft.identities().values().stream()
                .filter(identity ->
                        identity.ownedBy(snapshot.set().name()) && !identity.leaving() && !setPods.has(identity.id()))
                .filter(identity -> !isOfALostRevision(identity))
                .limit(missing)
                .map(revisions::of)
                .toList();
        vacant.forEach(identity -> draft.identities().put(identity.id(), identity));
        Optional<CreationObstacle> obstacle = snapshot.obstacle();
        Optional<CreationObstacle> unchanged =
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

    /** A revision that is held back is created once its hold ends, and not because no other revision is left. */
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

    /** Of a revision that no Pod runs yet, one Pod is created first: if it is refused, all of them would be. */
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

    /** A Pod that the selector does not match would not count as a Pod of the set, and would be created again and again. */
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
}
