package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.WriteResult;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Sends the write of a Pod again where the newest record differs in its version only, so that what was decided on the record holds: a
 * client that writes annotations of a Pod all the time must not starve its lifecycle. Any thread; blocks.
 */
final class PodConflictRetry {
    private static final int MOST_RETRIES = 3;

    private final PodCache cache;
    private final Consumer<PodRecord> reader;

    /** @param reader reads a Pod into the cache */
    PodConflictRetry(PodCache cache, Consumer<PodRecord> reader) {
        this.cache = cache;
        this.reader = reader;
    }

    /**
     * @param seen the record that the write was decided on
     * @param write sends the write with the version of a record as its precondition
     */
    WriteResult send(PodRecord seen, Function<PodRecord, WriteResult> write) {
        WriteResult result = write.apply(seen);
        for (int i = 0; i < MOST_RETRIES && ObjectWriter.isTaken(result); i++) {
            reader.accept(seen);
            Optional<PodRecord> newest = cache.byUid(seen.uid()).filter(seen::isLike);
            if (newest.isEmpty()) {
                return result;
            }
            result = write.apply(newest.get());
        }
        return result;
    }
}
