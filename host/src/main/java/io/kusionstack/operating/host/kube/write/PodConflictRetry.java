package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.plan.PodRecord;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Whether a write of a Pod that met a conflict may be sent again: where the newest record differs in its version only, what was decided on
 * the record holds, and a client that writes annotations of a Pod all the time must not starve its lifecycle. Any thread; blocks.
 */
final class PodConflictRetry {
    /** A watch brings a change sooner. */
    private static final Duration PATIENCE = Duration.ofMillis(250);

    private static final Duration POLL = Duration.ofMillis(2);

    private final PodCache cache;
    private final Function<PodRecord, Optional<JsonNode>> reader;

    /** @param reader reads a Pod, and answers with it where its record is like the one given; else the cache learns it */
    PodConflictRetry(PodCache cache, Function<PodRecord, Optional<JsonNode>> reader) {
        this.cache = cache;
        this.reader = reader;
    }

    /**
     * The Pod in JSON, if its newest record differs from this one in its version only. The watch mostly shows that it does not, without a
     * read.
     */
    Optional<JsonNode> readIfLike(PodRecord seen) {
        return awaited(seen).filter(seen::isLike).flatMap(newer -> reader.apply(seen));
    }

    private Optional<PodRecord> awaited(PodRecord seen) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Optional<PodRecord> newest = cache.byUid(seen.uid());
        while (newest.filter(record -> record.resourceVersion() == seen.resourceVersion())
                        .isPresent()
                && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(POLL.toNanos());
            newest = cache.byUid(seen.uid());
        }
        return newest;
    }
}
