package io.kusionstack.operating.testbed.slb;

import java.time.Instant;
import java.util.List;

/**
 * What a group's backends became.
 *
 * @param at when requests first met it
 */
public record SlbChange(Instant at, List<SlbBackend> backends) {
    public SlbChange {
        backends = List.copyOf(backends);
    }
}
