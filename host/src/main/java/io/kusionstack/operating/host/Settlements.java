package io.kusionstack.operating.host;

import io.kusionstack.operating.host.kube.EditReports;
import io.kusionstack.operating.host.plan.Judgements;
import io.kusionstack.operating.host.plan.Judgements.Settlement;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Brings what became of a Pod's edit from the actuator to the rules, which hold a slot for it.
 *
 * @param requestTimeout how long a request may be under way, on this side and on the server's; after an unknown outcome the
 *     actuator reads the Pod again and again until it knows, and the stream brings what was written late
 */
record Settlements(Judgements judgements, Duration requestTimeout) implements EditReports {
    private static final Duration STREAM_LAG = Duration.ofSeconds(2);

    @Override
    public void reported(PodRecord seen, PodEdit edit, Fate fate) {
        judgements.settled(
                seen.ref(),
                switch (fate) {
                    case DONE -> Settlement.WRITTEN;
                    case CONFLICT, REFUSED -> Settlement.REFUSED;
                    case NOT_SENT -> Settlement.NOT_SENT;
                    case UNKNOWN -> Settlement.UNKNOWN;
                });
        if (fate == Fate.UNKNOWN) {
            long settled = requestTimeout.plus(STREAM_LAG).toMillis();
            CompletableFuture.delayedExecutor(settled, TimeUnit.MILLISECONDS, Thread::startVirtualThread)
                    .execute(() -> judgements.settled(seen.ref(), Settlement.READ_AGAIN));
        }
    }
}
