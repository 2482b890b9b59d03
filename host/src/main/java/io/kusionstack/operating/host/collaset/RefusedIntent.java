package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * The intent of a set is refused, so nothing is done to its Pods. If that lasts, Pods that are out of service for the set and untouched come
 * back, and those that wait go on serving. The write is tried again with every plan until it is taken, also where the plan does not need it as
 * long as its Pods serve: so no Pod leaves service to try it.
 *
 * @param action the write that is refused
 * @param generation of the set for which it was made; for another one a plan says whether it is needed
 * @param since when none of the tries since then was taken
 */
record RefusedIntent(Action action, long generation, Instant since) {
    private static final Duration LASTING = Duration.ofSeconds(5);

    static RefusedIntent of(Optional<RefusedIntent> before, Failure failure, CollaSetSnapshot snapshot) {
        return new RefusedIntent(
                failure.action(),
                snapshot.set().generation(),
                before.map(RefusedIntent::since).orElse(snapshot.now()));
    }

    /**
     * The intent of a plan, and the refused write if the object is as it was then.
     *
     * @param versions the version that the caches show of an object
     */
    Plan with(Plan intent, CollaSetSnapshot snapshot, ToLongFunction<ObjectRef> versions) {
        return action instanceof Action.PatchObject patch
                        && generation == snapshot.set().generation()
                        && versions.applyAsLong(patch.object()) == patch.resourceVersion()
                        && intent.actions().stream().noneMatch(each -> isOf(patch.object(), each))
                ? intent.then(Plan.of(patch))
                : intent;
    }

    private static boolean isOf(ObjectRef object, Action action) {
        return action instanceof Action.PatchObject patch && patch.object().equals(object);
    }

    /** What lets Pods of the set come back; nothing while the refusal may be a blip. */
    List<Action> callBacks(CollaSetSnapshot snapshot) {
        List<Action> edits = new ArrayList<>();
        if (snapshot.now().isBefore(since.plus(LASTING))) {
            return edits;
        }
        for (PodRecord pod : snapshot.pods()) {
            PodEdit edit = undone(pod);
            if (!pod.terminating() && !pod.inactive() && !edit.isEmpty()) {
                edits.add(new Action.EditPod(edit));
            }
        }
        return edits;
    }

    private static PodEdit undone(PodRecord pod) {
        PodEdit edit = PodEdit.of(pod);
        for (String id : Names.OWN_OPERATIONS) {
            boolean isUntouched = PodOps.operation(pod, id)
                    .filter(operation -> switch (operation.phase()) {
                        case PRE_CHECK, PREPARING, OPERATING -> !ImageChange.isTouched(pod);
                        case POST_CHECK, COMPLETING -> false;
                    })
                    .isPresent();
            edit = isUntouched ? edit.then(PodOps.undo(pod.with(edit), id)) : edit;
        }
        return edit;
    }
}
