package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.CollaSetStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a set was when it was seen last, and since when.
 *
 * @param counters what its status counts that tells how far it is; a container that ends again and again moves none of these
 */
record Standstill(List<Integer> counters, long generation, Instant since) {
    static final Standstill NONE = new Standstill(List.of(), -1, Instant.MAX);

    Standstill {
        counters = List.copyOf(counters);
    }

    /** Seen again. */
    Standstill seen(SetSpec set, Instant now) {
        CollaSetStatus status = set.status();
        Standstill next = new Standstill(
                counted(
                        status.replicas(),
                        status.availableReplicas(),
                        status.updatedReplicas(),
                        status.updatedAvailableReplicas(),
                        status.operatingReplicas(),
                        status.terminatingReplicas()),
                set.generation(),
                now);
        return next.counters.equals(counters) && next.generation == generation ? this : next;
    }

    private static List<Integer> counted(@Nullable Integer... numbers) {
        List<Integer> counted = new ArrayList<>();
        Arrays.stream(numbers).forEach(number -> counted.add(number == null ? 0 : number));
        return counted;
    }

    boolean lasts(Duration patience, Instant now) {
        return since.isBefore(now) && Duration.between(since, now).compareTo(patience) >= 0;
    }
}
