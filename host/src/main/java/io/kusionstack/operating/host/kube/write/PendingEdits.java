package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.plan.PodEdit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Edits of Pods that are handed in and not sent yet. Of those that touch the same things of one Pod there is one, the
 * newest: however often somebody looks while writes wait, nothing is queued again. Any thread.
 */
final class PendingEdits {
    private final Map<EditTarget, PodEdit> edits = new ConcurrentHashMap<>();

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
    boolean add(EditTarget place, PodEdit edit) {
        return edits.put(place, edit) == null;
    }

    Optional<PodEdit> peek(EditTarget place) {
        return Optional.ofNullable(edits.get(place));
    }

    /** The newest, to be sent now. */
    Optional<PodEdit> take(EditTarget place) {
        return Optional.ofNullable(edits.remove(place));
    }

    /** False if there is a newer one by now. */
    boolean drop(EditTarget place, PodEdit edit) {
        return edits.remove(place, edit);
    }

    int size() {
        return edits.size();
    }
}
