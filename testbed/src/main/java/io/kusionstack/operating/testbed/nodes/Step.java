package io.kusionstack.operating.testbed.nodes;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What follows from one event.
 *
 * @param publish the status to write, null when nothing visible changed
 * @param wake when the Pod wants a {@link PodEvent.Tick}, null when nothing is due
 * @param remove whether the Pod has ended and its object is to be deleted for good
 */
record Step(
        SimulatedPod pod,
        @Nullable PodStatus publish,
        @Nullable Instant wake,
        boolean remove) {
    Optional<PodStatus> published() {
        return Optional.ofNullable(publish);
    }
}
