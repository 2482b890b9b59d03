package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the reconciler remembers of one Service between two looks.
 *
 * @param places the one in use first, where there is one
 * @param employed uids of the Pods the Service wanted at the last look
 * @param leaving by uid of a Pod that it wants no more: the ticket under which that was noticed
 * @param problem what the users were told of last
 * @param recordedAt when the record of its Pods was written last
 * @param recorded the places that its record was last seen to name
 * @param unrecorded why its record could not be written
 * @param found where the Service was found to serve, as it was described then
 */
record ServiceMemory(
        List<PlaceMemory> places,
        Set<String> employed,
        Map<String, Long> leaving,
        Optional<Wait> problem,
        Instant recordedAt,
        List<Place> recorded,
        Optional<PlaceMemory.Trouble> unrecorded,
        Optional<Place> found) {
    static final ServiceMemory NONE = new ServiceMemory(
            List.of(),
            Set.of(),
            Map.of(),
            Optional.empty(),
            Instant.EPOCH,
            List.of(),
            Optional.empty(),
            Optional.empty());

    ServiceMemory {
        places = List.copyOf(places);
        employed = Set.copyOf(employed);
        recorded = List.copyOf(recorded);
        leaving = Collections.unmodifiableMap(new TreeMap<>(leaving));
    }

    ServiceMemory places(List<PlaceMemory> now) {
        return new ServiceMemory(now, employed, leaving, problem, recordedAt, recorded, unrecorded, found);
    }

    ServiceMemory pods(Set<String> employs, Map<String, Long> leave) {
        return new ServiceMemory(places, employs, leave, problem, recordedAt, recorded, unrecorded, found);
    }

    ServiceMemory told(Optional<Wait> now) {
        return new ServiceMemory(places, employed, leaving, now, recordedAt, recorded, unrecorded, found);
    }

    ServiceMemory recorded(Instant at) {
        return new ServiceMemory(places, employed, leaving, problem, at, recorded, Optional.empty(), found);
    }

    /** Nothing is to be written. */
    ServiceMemory written() {
        return unrecorded.isEmpty() ? this : recorded(recordedAt);
    }

    /** What a person has to know: that the world moved, or that somebody else writes, passes by itself. */
    Optional<Wait> refusal() {
        return unrecorded.filter(known -> known.times() > 1).map(PlaceMemory.Trouble::why);
    }

    /** When something is due though nothing happens. */
    Optional<Instant> due() {
        return Stream.concat(
                        places.stream().flatMap(place -> place.due().stream()),
                        unrecorded.stream().map(PlaceMemory.Trouble::until))
                .min(Comparator.naturalOrder());
    }

    /** What its record names, and where it is to serve. */
    ServiceMemory naming(List<Place> now, Optional<Place> serves) {
        return new ServiceMemory(places, employed, leaving, problem, recordedAt, now, unrecorded, serves);
    }

    /** Its record could not be written. */
    ServiceMemory unrecorded(Wait why, Instant now) {
        int times = unrecorded.map(PlaceMemory.Trouble::times).orElse(0) + 1;
        Instant until = now.plus(Course.patience(times, Duration.ZERO));
        return new ServiceMemory(
                places,
                employed,
                leaving,
                problem,
                recordedAt,
                recorded,
                Optional.of(new PlaceMemory.Trouble(why, until, times)),
                found);
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

    /** What is known of a part of a place, by itself or from when it was no part. */
    PlaceMemory at(Place part, Place whole) {
        for (Place place : List.of(part, whole)) {
            for (PlaceMemory known : places) {
                if (known.place().isAt(place)) {
                    return known.part(part);
                }
            }
        }
        return PlaceMemory.of(part);
    }

    /** True if the record named the place and does so no more: somebody took it out. */
    boolean wasRecorded(Place place) {
        return recorded.stream().anyMatch(place::isAt);
    }
}
