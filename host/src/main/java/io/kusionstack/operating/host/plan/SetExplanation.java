package io.kusionstack.operating.host.plan;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The answer to "why is this CollaSet not where its spec wants it?".
 *
 * @param replicas numbers by the name they have in spec and status: desired, replicas, updatedReplicas, availableReplicas
 * @param waits what the set as a whole waits for, most important first; what a single Pod waits for stands with the Pod
 * @param nextLook when the host looks again though no event comes
 * @param pods the set's Pods, by name
 */
public record SetExplanation(
        String namespace,
        String name,
        String uid,
        Map<String, Integer> replicas,
        List<Wait> waits,
        Optional<Instant> nextLook,
        List<Explanation> pods) {
    public SetExplanation {
        replicas = Collections.unmodifiableMap(new LinkedHashMap<>(replicas));
        waits = List.copyOf(waits);
        pods = List.copyOf(pods);
    }
}
