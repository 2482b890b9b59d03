package io.kusionstack.operating.host.world;

import io.kusionstack.operating.host.kernel.Backoff;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Which writes of Pods a {@link FakeCluster} refused, as the host that sent them remembers it. */
final class FakeRefusals {
    private static final Backoff PAUSES = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));

    private final Map<String, Refusal> edits = new HashMap<>();
    private final Map<String, Refusal> deletions = new HashMap<>();

    /** Not tried again before the Pod changes. */
    void edit(PodRecord seen, PodEdit edit, String words, Instant now) {
        edits.put(
                seen.uid(),
                new Refusal(
                        new WriteResult.NotDone(WriteResult.Cause.REFUSED, 422, words),
                        edit,
                        1,
                        now.plus(Duration.ofHours(1)),
                        false));
    }

    /** Tried again after a pause that grows; within it the answer is the same and nothing is sent. */
    Failure deletion(PodRecord seen, Action.DeletePod delete, String words, Instant now) {
        Optional<Refusal> last = Optional.ofNullable(deletions.get(seen.uid()));
        if (last.filter(known -> known.isRunning(now)).isPresent()) {
            return new Failure(delete, new WriteResult.NotDone(WriteResult.Cause.REFUSED, 422, words));
        }
        int attempts = last.map(Refusal::attempts).orElse(0) + 1;
        Instant until = now.plus(PAUSES.after(attempts));
        deletions.put(
                seen.uid(),
                new Refusal(
                        new WriteResult.NotDone(WriteResult.Cause.REFUSED, 422, words),
                        PodEdit.of(seen),
                        attempts,
                        until,
                        seen.gateClosed()));
        return new Failure(delete, new WriteResult.NotDone(WriteResult.Cause.REFUSED, 422, words));
    }

    void changed(String uid) {
        edits.remove(uid);
    }

    void deleted(String uid) {
        deletions.remove(uid);
    }

    Optional<Refusal> of(String uid) {
        return Optional.ofNullable(edits.getOrDefault(uid, deletions.get(uid)));
    }

    void clear() {
        edits.clear();
        deletions.clear();
    }
}
