package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.plugin.PodRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The answer to "why is this Pod waiting?".
 *
 * @param operations one entry per operation on the Pod; empty when none runs
 * @param waits what has to happen before the Pod goes on, most important first
 * @param nextLook when the host looks again though no event comes
 */
public record Explanation(
        PodRef pod, List<Operation> operations, boolean inService, List<Wait> waits, Optional<Instant> nextLook) {
    public Explanation {
        operations = List.copyOf(operations);
        waits = List.copyOf(waits);
    }

    /**
     * @param phase a word of the lifecycle: PreCheck, Preparing, Operating, PostCheck, Completing
     * @param since when the phase was entered, from the time stamp in the label; empty where the value is no time
     */
    public record Operation(String id, String type, String phase, Optional<Instant> since) {}
}
