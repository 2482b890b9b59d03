package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.Selector;
import java.time.Duration;
import java.util.Collection;

/** Releases Pods whose labels were changed so that they left their set: they lose their owner reference, stay, and are replaced. */
final class ReleasedPods {
    /** So many Pods of a set may always leave within {@link #WHILE}. */
    private static final int ALWAYS = 3;

    private static final Duration WHILE = Duration.ofMinutes(10);

    private ReleasedPods() {}

    /** Ends operations of the set on the Pods first, so that none stays out of service, then releases them. */
    static void release(CollaSetSnapshot snapshot, Collection<SetPod> releasedPods, StepDraft draft) {
        long room = Math.max(ALWAYS, snapshot.set().replicas()) - young(snapshot);
        for (SetPod releasedPod : releasedPods) {
            PodEdit undo = PodOps.undoOwn(releasedPod.pod());
            if (!undo.isEmpty()) {
                draft.edit(releasedPod, undo);
            } else if (room > 0) {
                draft.release(releasedPod, snapshot.set());
                room--;
            } else {
                draft.await(releasedPod);
                draft.trouble("Pod " + releasedPod.name() + " does not match spec.selector "
                        + selectorText(snapshot.set()) + " and is kept, for so many Pods left the selector within "
                        + WHILE.toMinutes()
                        + " minutes that something seems to change their labels: find out what does");
                draft.lookAgain(WHILE);
            }
        }
    }

    /** Pods that were created a short while ago and have left already. */
    private static long young(CollaSetSnapshot snapshot) {
        return snapshot.orphans().stream()
                .filter(pod -> pod.created().plus(WHILE).isAfter(snapshot.now()))
                .count();
    }

    private static String selectorText(SetSpec set) {
        return set.selector().map(Selector::toString).orElse("");
    }

    /** The event for a released Pod. */
    static Action released(SetPod releasedPod, SetSpec set) {
        return new Action.Announce(
                set.ref(),
                Action.Severity.NORMAL,
                "PodReleased",
                "Pod " + releasedPod.name() + " does not match spec.selector " + selectorText(set)
                        + " any more: it is released, and another one takes its place");
    }
}
