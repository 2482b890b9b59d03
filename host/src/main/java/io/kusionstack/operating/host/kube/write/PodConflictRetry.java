package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Whether a write of a Pod that met a conflict may be sent again: where the newest record differs in its version only, what was decided on
 * the record holds, and a client that writes annotations of a Pod all the time must not starve its lifecycle. Any thread; blocks.
 */
final class PodConflictRetry {
    private static final int MOST_RETRIES = 3;
    /** A watch brings a change sooner. */
    private static final Duration PATIENCE = Duration.ofMillis(250);

    private static final Duration POLL = Duration.ofMillis(2);

    private final PodCache cache;
    private final Consumer<PodRecord> reader;

    /** @param reader reads a Pod into the cache */
    PodConflictRetry(PodCache cache, Consumer<PodRecord> reader) {
        this.cache = cache;
        this.reader = reader;
    }

    /** The newest record of the Pod, if it differs from this one in its version only. */
    Optional<PodRecord> newerLike(PodRecord seen) {
        return newerLike(seen, seen);
    }

    private Optional<PodRecord> newerLike(PodRecord seen, PodRecord known) {
        return newer(known).filter(seen::isLike);
    }

    /**
     * The result of the last try; {@code first} where that is no conflict, or where something has changed.
     *
     * @param seen the record that the write was decided on
     * @param first the result of the write with the version of that record
     * @param write sends the write with the version of a record as its precondition
     */
    WriteResult sendAgain(PodRecord seen, WriteResult first, Function<PodRecord, WriteResult> write) {
        PodRecord known = seen;
        WriteResult result = first;
        for (int i = 0; i < MOST_RETRIES && ObjectWriter.isTaken(result); i++) {
            Optional<PodRecord> newer = newerLike(seen, known);
            if (newer.isEmpty()) {
                return result;
            }
            known = newer.get();
            result = write.apply(known);
        }
        return result;
    }

    /**
     * The record as the watch brings it, or as it is read where it brings none. The watch comes just after the write of the other client, so
     * that there is the most time until its next one.
     */
    private Optional<PodRecord> newer(PodRecord known) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - end < 0) {
            Optional<PodRecord> now = cache.byUid(known.uid());
            if (now.filter(record -> record.resourceVersion() == known.resourceVersion())
                    .isEmpty()) {
                return now;
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        reader.accept(known);
        return cache.byUid(known.uid());
    }
}
