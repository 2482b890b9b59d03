package io.kusionstack.operating.testbed.nodes;

import io.kusionstack.operating.testbed.nodes.ContainerState.Terminated;
import io.kusionstack.operating.testbed.nodes.ContainerState.Waiting;
import org.jspecify.annotations.Nullable;

/** One entry of a Pod's container statuses. */
record ContainerStatus(
        String name,
        String image,
        String imageId,
        String containerId,
        int restartCount,
        boolean ready,
        boolean started,
        ContainerState state,
        @Nullable Terminated lastState) {

    static ContainerStatus waiting(String name, String image, String reason) {
        return new ContainerStatus(name, image, "", "", 0, false, false, new Waiting(reason, ""), null);
    }

    boolean everRan() {
        return !containerId.isEmpty();
    }

    ContainerStatus withReady(boolean value) {
        return new ContainerStatus(name, image, imageId, containerId, restartCount, value, started, state, lastState);
    }

    ContainerStatus withImageId(String value) {
        return new ContainerStatus(name, image, value, containerId, restartCount, ready, started, state, lastState);
    }

    ContainerStatus withState(ContainerState value, @Nullable Terminated last) {
        return new ContainerStatus(name, image, imageId, containerId, restartCount, false, false, value, last);
    }
}
