package io.kusionstack.operating.plugin.traffic;

import java.time.Instant;
import java.util.List;

/**
 * What a provider has: one entry for each ip and port, whatever number of listeners or groups of the provider it stands in.
 * What is not listed gets no traffic.
 *
 * @param readAt when the provider was asked; an answer from a cache carries the time of the original read
 */
public record Observation(Instant readAt, List<ObservedBackend> backends) {
    public Observation {
        backends = List.copyOf(backends);
    }
}
