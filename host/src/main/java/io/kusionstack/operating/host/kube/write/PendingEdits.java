package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.PodEdit;
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
     * @param decision what the gate made of it, where it was asked already
     */
    record PendingEdit(PodEdit planned, Optional<Action.AdvancePod> decision) {
        /** So long a decision counts: not longer than a request is under way anyway. */
        private static final Duration COUNTS = Duration.ofMillis(100);

        static PendingEdit planned(PodEdit edit) {
            return new PendingEdit(edit, Optional.empty());
        }

        /** An advance of the lifecycle, without an edit of another planner. */
        static PendingEdit decided(Action.AdvancePod decision) {
            return new PendingEdit(decision.edit().withoutChanges(), Optional.of(decision));
        }

        /** The edit to send, unless the facts may have changed since it was decided. */
        Optional<PodEdit> decidedBy(Instant now) {
            return decision.filter(made -> !now.isBefore(made.decidedAt())
                            && Duration.between(made.decidedAt(), now).compareTo(COUNTS) < 0)
                    .map(Action.AdvancePod::edit);
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

    int size() {
        return edits.size();
    }
}
