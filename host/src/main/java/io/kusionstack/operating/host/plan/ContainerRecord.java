package io.kusionstack.operating.host.plan;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One container, what its spec wants beside what the kubelet reports.
 *
 * @param init true for an init container (a sidecar is one that restarts always)
 * @param image the image in the spec
 * @param runningImage the image in the status, which may be another tag of the same digest; empty before the first status
 * @param imageId the digest in the status; empty before the first status
 * @param containerId changes with every start of the container; empty before the first
 * @param reason why it waits or ended, for example {@code CrashLoopBackOff}; empty while it runs
 * @param startedAt when the running container started, null while it does not run
 */
public record ContainerRecord(
        String name,
        boolean init,
        String image,
        String runningImage,
        String imageId,
        String containerId,
        int restartCount,
        boolean ready,
        boolean started,
        State state,
        String reason,
        @Nullable Instant startedAt) {

    /** What the kubelet says of the container now. */
    public enum State {
        /** No status yet. */
        UNKNOWN,
        WAITING,
        RUNNING,
        TERMINATED
    }

    ContainerRecord withImage(String wanted) {
        return new ContainerRecord(
                name,
                init,
                wanted,
                runningImage,
                imageId,
                containerId,
                restartCount,
                ready,
                started,
                state,
                reason,
                startedAt);
    }
}
