package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.plan.Obstacles;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The obstacle ahead of every Pod while a watch is interrupted: a rule that was tightened or a set that was paused meanwhile would
 * not be known. {@link #look} is called by one thread, about once a second; all else by any.
 */
final class InterruptedWatches implements Obstacles {
    /** The API server closes each watch every few minutes; one that is opened again within that time is not interrupted. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Map<String, Instant> since = new HashMap<>();
    private volatile List<Wait> interrupted = List.of();

    /** @return true if the last interruption has ended, so that the Pods may go on */
    boolean look(List<ClusterCaches.StreamHealth> streams, Instant now) {
        Set<String> closed = new HashSet<>();
        List<Wait> waits = new ArrayList<>();
        for (ClusterCaches.StreamHealth stream : streams) {
            if (stream.connected() || !stream.synced()) {
                continue;
            }
            closed.add(stream.name());
            Instant first = since.computeIfAbsent(stream.name(), name -> now);
            if (!now.isBefore(first.plus(PATIENCE))) {
                waits.add(new Wait(
                        Reason.SERVER_UNREACHABLE,
                        stream.name(),
                        "the watch of " + stream.name() + " is interrupted, so the newest state is not known"));
            }
        }
        since.keySet().retainAll(closed);
        boolean ends = waits.isEmpty() && !interrupted.isEmpty();
        interrupted = List.copyOf(waits);
        return ends;
    }

    @Override
    public List<Wait> ahead(PodRecord pod, String operation) {
        return interrupted;
    }
}
