package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Edits of Pods that are handed in and not sent yet. Of those that touch the same things of one Pod there is one, the
 * newest: however many looks there are while writes wait, nothing is queued again. Any thread.
 */
final class PendingEdits {
    private final Map<EditTarget, PendingEdit> edits = new ConcurrentHashMap<>();

    /**
     * An edit that waits to be sent.
     *
     * @param planned what its planner wants; the gate's part not included
     * @param decided what the gate made of it in this lane, where it was asked already
     * @param countsUntil how long that may be sent without asking the gate again
     */
    record PendingEdit(PodEdit planned, Optional<PodEdit> decided, Instant countsUntil) {
        /** Not longer than a request is under way anyway. */
        private static final Duration COUNTS = Duration.ofMillis(100);

        static PendingEdit planned(PodEdit edit) {
            return new PendingEdit(edit, Optional.empty(), Instant.MIN);
        }

        /** An advance of the lifecycle, without an edit of another planner. */
        static PendingEdit decided(PodRecord seen, PodEdit advanced, Instant now) {
            return new PendingEdit(PodEdit.of(seen), Optional.of(advanced), now.plus(COUNTS));
        }

        /** The edit to send, unless it waited for its turn so long that the facts may have changed. */
        Optional<PodEdit> decidedBy(Instant now) {
            return decided.filter(edit -> now.isBefore(countsUntil));
        }
    }

    /** What an edit touches, whatever it makes of it. */
    record EditTarget(String uid, String touched) {
        static EditTarget of(PodEdit edit) {
            return new EditTarget(
                    edit.pod().uid(),
                    edit.labels().set().keySet() + "-" + edit.labels().removed() + "/"
                            + edit.annotations().set().keySet() + "-"
                            + edit.annotations().removed() + "/" + edit.addFinalizers() + "-" + edit.removeFinalizers()
                            + "/" + edit.serviceReady().isPresent()
                            + edit.images().keySet());
        }
    }

    /** @return false if it took the place of one that waits already */
    boolean add(EditTarget target, PendingEdit edit) {
        return edits.put(target, edit) == null;
    }

    Optional<PendingEdit> peek(EditTarget target) {
        return Optional.ofNullable(edits.get(target));
    }

    /** The newest, to be sent now. */
    Optional<PendingEdit> take(EditTarget target) {
        return Optional.ofNullable(edits.remove(target));
    }

    /** False if there is a newer one by now. */
    boolean drop(EditTarget target, PendingEdit edit) {
        return edits.remove(target, edit);
    }
}
