package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kernel.Reconciler;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodLanes;
import io.kusionstack.operating.host.plan.PodRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one Pod and writes what its lifecycle still needs: for Pods that no other reconciler writes, for clients
 * that write lifecycle labels themselves, and for whatever an event failed to bring. Level-triggered: it compares the Pod
 * with what it ought to be and knows no history.
 */
public final class LifecycleReconciler implements Reconciler {
    private static final String WHY = "pod-waits";

    private static final Duration LANE_BUSY = Duration.ofMillis(500);

    private final Function<Key, Optional<PodRecord>> pods;
    private final PodLanes lanes;

    public LifecycleReconciler(Function<Key, Optional<PodRecord>> pods, PodLanes lanes) {
        this.pods = pods;
        this.lanes = lanes;
    }

    /** The key to look at after a Pod changed; empty where the lifecycle has no part in it. */
    public static Optional<Key> key(@Nullable PodRecord before, @Nullable PodRecord after) {
        return after != null && takesPart(after)
                ? Optional.of(new Key(after.namespace(), after.name()))
                : Optional.empty();
    }

    @Override
    public Outcome reconcile(Key key, Instant now) {
        Optional<PodRecord> found = pods.apply(key).filter(LifecycleReconciler::takesPart);
        if (found.isEmpty()) {
            return Outcome.done();
        }
        Optional<PodGate.Advance> decided = lanes.advance(found.get());
        if (decided.isEmpty()) {
            // its result mostly brings the next look sooner
            return Outcome.requeueAfter(LANE_BUSY, "write-under-way");
        }
        return decided.get()
                .lookAgain()
                .map(after -> Outcome.requeueAfter(after, WHY))
                .orElseGet(Outcome::done);
    }

    private static boolean takesPart(PodRecord pod) {
        return pod.controlled() && !pod.terminating();
    }
}
