package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Wait;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the reconciler remembers of one Service between two looks.
 *
 * @param places the one in use first, where there is one
 * @param employed uids of the Pods the Service wanted at the last look
 * @param leaving by uid of a Pod that it wants no more: the ticket under which that was noticed
 * @param problem what the users were told of last
 * @param recordedAt when the record of its Pods was written last
 */
record ServiceMemory(
        List<PlaceMemory> places,
        Set<String> employed,
        Map<String, Long> leaving,
        Optional<Wait> problem,
        Instant recordedAt) {
    static final ServiceMemory NONE = new ServiceMemory(List.of(), Set.of(), Map.of(), Optional.empty(), Instant.EPOCH);

    ServiceMemory {
        places = List.copyOf(places);
        employed = Set.copyOf(employed);
        leaving = Collections.unmodifiableMap(new TreeMap<>(leaving));
    }

    ServiceMemory places(List<PlaceMemory> now) {
        return new ServiceMemory(now, employed, leaving, problem, recordedAt);
    }

    ServiceMemory pods(Set<String> employs, Map<String, Long> leave) {
        return new ServiceMemory(places, employs, leave, problem, recordedAt);
    }

    ServiceMemory told(Optional<Wait> now) {
        return new ServiceMemory(places, employed, leaving, now, recordedAt);
    }

    ServiceMemory recorded(Instant at) {
        return new ServiceMemory(places, employed, leaving, problem, at);
    }

    /** What is known of the place, under its newest description. */
    PlaceMemory at(Place place) {
        for (PlaceMemory known : places) {
            if (known.place().isAt(place)) {
                return known.at(place);
            }
        }
        return PlaceMemory.of(place);
    }
}
