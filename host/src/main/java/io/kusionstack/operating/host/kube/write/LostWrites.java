package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.kernel.DelayedTasks;
import io.kusionstack.operating.host.plan.EditReports;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds out the result of writes of Pods that got no answer: once the last of them can no longer arrive, the Pod is read
 * in its write lane, again and again until the API server tells, and only then {@link WriteResult.ReadAgain} is reported. Any
 * thread; never blocks.
 */
final class LostWrites {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final EditReports reports;
    private final PodReader reader;
    private final DelayedTasks later;
    private final WriteLanes lanes;
    private final Map<String, LostWrite> newest = new ConcurrentHashMap<>();

    LostWrites(EditReports reports, PodReader reader, DelayedTasks later, WriteLanes lanes) {
        this.reports = reports;
        this.reader = reader;
        this.later = later;
        this.lanes = lanes;
    }

    /** Told apart from others of the same content: the latest of a Pod speaks for those before it. */
    private static final class LostWrite {
        private final PodRecord seen;

        LostWrite(PodRecord seen) {
            this.seen = seen;
        }
    }

    /** To be called in the lane of the Pod, when the write was given up: for one time-out more the server may apply it. */
    void note(PodRecord seen) {
        LostWrite lost = new LostWrite(seen);
        newest.put(seen.uid(), lost);
        settleAfter(reader.timeout(), lost);
    }

    private void settleAfter(Duration delay, LostWrite lost) {
        later.after(delay, () -> lanes.submit(lost.seen.uid(), () -> settle(lost)));
    }

    private void settle(LostWrite lost) {
        if (newest.get(lost.seen.uid()) != lost) {
            return;
        }
        if (reader.read(lost.seen) == PodReader.PodRead.NOTHING) {
            settleAfter(PATIENCE, lost);
            return;
        }
        newest.remove(lost.seen.uid());
        reports.settled(lost.seen.ref(), new WriteResult.ReadAgain());
    }
}
