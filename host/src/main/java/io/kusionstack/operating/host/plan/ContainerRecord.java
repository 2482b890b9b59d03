package io.kusionstack.operating.host.plan;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One container: its spec, and its status by the kubelet.
 *
 * @param init true for an init container (a sidecar is one that restarts always)
 * @param image the image in the spec
 * @param runningImage the image in the status, which may be another tag of the same digest; empty before the first status
 * @param imageId the digest in the status; empty before the first status
 * @param containerId changes with every start of the container; empty before the first
 * @param reason why it waits or ended, for example {@code CrashLoopBackOff}; empty while it runs
 * @param startedAt when the running container started, null while it does not run
 * @param stopped the report of the kubelet on a container that does not run
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
        @Nullable Instant startedAt,
        Stopped stopped) {

    /** A container of which nothing else is known. */
    public ContainerRecord(
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
        this(
                name,
                init,
                image,
                runningImage,
                imageId,
                containerId,
                restartCount,
                ready,
                started,
                state,
                reason,
                startedAt,
                Stopped.NONE);
    }

    /**
     * Why a container does not run.
     *
     * @param message the kubelet's words, the first of them where there are many; empty while it runs
     * @param lastContainerId the one that ended last; empty where none is known, or while one runs
     * @param lastExitCode how that ended; 0 where none is known
     */
    public record Stopped(String message, String lastContainerId, int lastExitCode) {
        public static final Stopped NONE = new Stopped("", "", 0);
    }

    /** The state of the container, as the kubelet reports it. */
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
                startedAt,
                stopped);
    }

    /** By the text of the image; a runtime may show it with its registry, and with the tag that is meant where none is given. */
    public boolean runsItsImage() {
        boolean named = image.contains("@") || image.lastIndexOf(':') > image.lastIndexOf('/');
        String full = named ? image : image + ":latest";
        return runningImage.equals(image) || runningImage.equals(full) || runningImage.endsWith("/" + full);
    }

    /** True if the kubelet says that it cannot get the image of the container. */
    public boolean lacksItsImage() {
        return reason.contains("Image");
    }

    /** True if it does not run, and the one that was there last has ended. */
    public boolean hasEnded() {
        return state != State.RUNNING && !containerId.isEmpty() && containerId.equals(stopped.lastContainerId());
    }
}
