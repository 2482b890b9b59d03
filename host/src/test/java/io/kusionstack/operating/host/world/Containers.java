package io.kusionstack.operating.host.world;

import io.kusionstack.operating.host.plan.ContainerRecord;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Builds containers for tests. */
public final class Containers {
    private Containers() {}

    /** A container that runs, is ready, and was started once. */
    public static ContainerRecord running(String containerName, String image) {
        return new ContainerRecord(
                containerName,
                false,
                image,
                image,
                "sha256:" + image,
                "containerd://" + containerName + "-0",
                0,
                true,
                true,
                ContainerRecord.State.RUNNING,
                "",
                Pods.CREATED);
    }

    /** The kubelet has replaced it by one of another image, so many times. */
    public static ContainerRecord restarted(String containerName, String image, int restarts) {
        ContainerRecord running = running(containerName, image);
        return new ContainerRecord(
                containerName,
                false,
                image,
                image,
                running.imageId(),
                "containerd://" + containerName + "-" + restarts,
                restarts,
                true,
                true,
                ContainerRecord.State.RUNNING,
                "",
                Pods.CREATED);
    }

    static ContainerRecord withReady(ContainerRecord from, boolean ready) {
        return with(from, ready, from.state(), from.startedAt());
    }

    /** The same container in another state. */
    public static ContainerRecord with(
            ContainerRecord from, boolean ready, ContainerRecord.State state, @Nullable Instant startedAt) {
        return new ContainerRecord(
                from.name(),
                from.init(),
                from.image(),
                from.runningImage(),
                from.imageId(),
                from.containerId(),
                from.restartCount(),
                ready,
                from.started(),
                state,
                from.reason(),
                startedAt);
    }

    /** The container as the API server shows it before a kubelet has seen it. */
    public static ContainerRecord notStarted(ContainerRecord from) {
        return new ContainerRecord(
                from.name(),
                false,
                from.image(),
                "",
                "",
                "",
                0,
                false,
                false,
                ContainerRecord.State.WAITING,
                "ContainerCreating",
                null);
    }
}
