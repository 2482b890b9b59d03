package io.kusionstack.operating.host.plan;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The answer to "why does this CollaSet not have the state that its spec asks for?".
 *
 * @param replicas numbers by the name they have in spec and status: desired, replicas, updatedReplicas, availableReplicas
 * @param waits why the set as a whole waits, most important first; the waits of a single Pod are in its entry
 * @param nextLook when the host checks again if no event comes
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
