package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Ends the update or scale-in of a Pod whose set is being deleted. A Pod in service stays there; a Pod that is out of service is deleted
 * from there, and comes back if its deletion does not go on.
 */
record UnfinishedOperation(Instant now, StepDraft draft) {
    /** So long a Pod that is out waits for the check of its deletion: a rule may ask a plugin first. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Gives up an operation that no rule has let pass yet; changes nothing else. */
    PodEdit notLetGo(PodRecord pod) {
        return isLetGo(pod) ? PodEdit.of(pod) : PodOps.undoBegun(pod, Names.COLLASET_OPERATION);
    }

    /** The Pod comes back: a changed Pod is finished once the kubelet has followed, any other operation is given up. */
    PodEdit ended(PodRecord pod) {
        if (!ImageChange.isTouched(pod)) {
            return PodOps.undoBegun(pod, Names.COLLASET_OPERATION);
        }
        return switch (ImageChange.progress(pod, ImageChange.SETTLE_MARGIN.plus(Revision.DEFAULT_GRACE), now)) {
            case ImageProgress.Complete() -> ImageChange.finished(pod);
            case ImageProgress.InProgress pending -> {
                pending.look().ifPresent(draft::lookAgain);
                yield PodEdit.of(pod);
            }
        };
    }

    /** While the deletion of the Pod is under way, which may wait for its check. */
    PodEdit whileItWaits(PodRecord pod) {
        Optional<Instant> since = PodOps.operation(pod, Names.POD_DELETE_OPERATION)
                .filter(operation -> !operation.hasLeftPreCheck())
                .map(operation -> operation.since().orElse(now));
        if (!isLetGo(pod) || since.isEmpty()) {
            return notLetGo(pod);
        }
        Duration left = Duration.between(now, since.get().plus(PATIENCE));
        if (left.isPositive()) {
            draft.lookAgain(left);
            return PodEdit.of(pod);
        }
        return ended(pod);
    }

    private static boolean isLetGo(PodRecord pod) {
        return PodOps.operation(pod, Names.COLLASET_OPERATION)
                .filter(PodOps.Operation::hasLeftPreCheck)
                .isPresent();
    }
}
