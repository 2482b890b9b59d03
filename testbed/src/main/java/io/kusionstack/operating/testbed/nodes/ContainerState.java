package io.kusionstack.operating.testbed.nodes;

import java.time.Instant;

/** What a container's status says it does. */
sealed interface ContainerState {
    record Waiting(String reason, String message) implements ContainerState {}

    record Running(Instant startedAt) implements ContainerState {}

    record Terminated(int exitCode, String reason, Instant startedAt, Instant finishedAt, String containerId)
            implements ContainerState {

        static Terminated exited(int exitCode, Instant startedAt, Instant finishedAt, String containerId) {
            return new Terminated(exitCode, exitCode == 0 ? "Completed" : "Error", startedAt, finishedAt, containerId);
        }
    }
}
