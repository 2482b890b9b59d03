package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the refused intent of a set means for its Pods: as long as it is not stored nothing is done to a Pod that is out of service for the
 * set and untouched, just as if the write of that Pod were refused. So it counts as a refusal of that write: if it lasts, the Pod comes back,
 * and leaves service to try again at pauses that grow, or at once where the spec of the set or a label of the Pod changes.
 *
 * @param byPod by uid
 */
record UnstoredIntent(Map<String, HeldWrite> byPod) {
    static final UnstoredIntent NONE = new UnstoredIntent(Map.of());

    UnstoredIntent {
        byPod = Map.copyOf(byPod);
    }

    /**
     * A write of a Pod that waits for the intent.
     *
     * @param generation of the set, for which it was refused
     * @param labels of the Pod that others write
     */
    record HeldWrite(Refusal refusal, long generation, Map<String, String> labels) {
        HeldWrite {
            labels = Map.copyOf(labels);
        }

        boolean speaksOf(PodRecord pod, long ofSet, Instant now) {
            return generation == ofSet && labels.equals(ofOthers(pod)) && (!PodOps.isIdle(pod) || !refusal.isOver(now));
        }
    }

    private static Map<String, String> ofOthers(PodRecord pod) {
        Map<String, String> labels = new HashMap<>(pod.labels());
        labels.keySet().removeIf(Names::isOurs);
        return labels;
    }

    /** The intent was refused once more; while the pause of a Pod's refusal runs, that is the same try. */
    UnstoredIntent refused(CollaSetSnapshot snapshot, Failure failure) {
        Map<String, HeldWrite> held = new HashMap<>(byPod);
        for (PodRecord pod : snapshot.pods()) {
            operation(pod)
                    .ifPresent(id -> held.compute(pod.uid(), (uid, before) -> {
                        Optional<Refusal> known = Optional.ofNullable(before).map(HeldWrite::refusal);
                        return known.filter(refusal -> refusal.isRunning(snapshot.now()))
                                        .isPresent()
                                ? before
                                : new HeldWrite(
                                        next(known, waiting(pod, id), failure, snapshot.now()),
                                        snapshot.set().generation(),
                                        ofOthers(pod));
                    }));
        }
        return new UnstoredIntent(held);
    }

    private static Refusal next(Optional<Refusal> before, PodEdit edit, Failure failure, Instant now) {
        int attempts = before.map(Refusal::attempts).orElse(0) + 1;
        WriteResult.NotDone result = new WriteResult.NotDone(
                failure.result().cause(),
                failure.result().code(),
                failure.subject() + " has to be written first: "
                        + failure.result().message());
        return new Refusal(result, edit, attempts, now.plus(Refusal.PAUSES.after(attempts)), true);
    }

    /** The write of the Pod that waits for the intent; a deletion is an empty edit. */
    private static PodEdit waiting(PodRecord pod, String operation) {
        return PodOps.isToDelete(pod, operation)
                ? PodEdit.of(pod)
                : PodOps.inRound(
                        PodEdit.of(pod), operation, PodOps.round(pod, operation).orElse(""));
    }

    /** The operation of the set for which the Pod is out of service, if the Pod can still come back as it was. */
    private static Optional<String> operation(PodRecord pod) {
        boolean isOut = pod.gateClosed() && !pod.terminating() && !pod.inactive();
        return isOut && !ImageChange.isTouched(pod)
                ? Names.OWN_OPERATIONS.stream()
                        .filter(id -> PodOps.round(pod, id).isPresent())
                        .findFirst()
                : Optional.empty();
    }

    /** Without Pods that are gone, that have changed, or for which it has not been tried again for long. */
    UnstoredIntent of(SetSpec set, List<PodRecord> pods, Instant now) {
        if (byPod.isEmpty()) {
            return this;
        }
        Map<String, HeldWrite> left = new HashMap<>();
        for (PodRecord pod : pods) {
            Optional.ofNullable(byPod.get(pod.uid()))
                    .filter(held -> held.speaksOf(pod, set.generation(), now))
                    .ifPresent(held -> left.put(pod.uid(), held));
        }
        return new UnstoredIntent(left);
    }

    /** These refusals, and those of this; what the API server said of the Pod itself counts more. */
    Map<String, Refusal> with(Map<String, Refusal> ofPods) {
        Map<String, Refusal> all = new HashMap<>();
        byPod.forEach((uid, held) -> all.put(uid, held.refusal()));
        all.putAll(ofPods);
        return all;
    }
}
