package io.kusionstack.operating.plugin.rule;

import io.kusionstack.operating.plugin.PodRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A Pod that waits for the verdict of a rule.
 *
 * @param operations those that wait at the stage of the request, by id; at least one
 * @param traceId a UUID in text, the same for the same Pod, operations, rule and stage, also after a crash of the host, and another
 *     one for the next round of an operation: what a rule sends elsewhere about the Pod can be found by it
 */
public record WaitingPod(PodRef ref, List<Operation> operations, String traceId) {
    public WaitingPod {
        operations = List.copyOf(operations);
    }

    /**
     * An operation of the lifecycle, from the labels of the Pod.
     *
     * @param id the suffix of its labels
     * @param type for example {@code update} or {@code scale-in}
     * @param since when it came to its present stage; empty if its label is no time
     */
    public record Operation(String id, String type, Optional<Instant> since) {}
}
