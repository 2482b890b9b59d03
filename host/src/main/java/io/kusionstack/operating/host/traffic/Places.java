package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.traffic.PlaceCalls.Whereabouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The places of one Service: where it serves, and where something of it may be left. */
final class Places {
    private Places() {}

    /**
     * The place it asks for first, then those that its record names, then those that only memory knows. A Service that
     * wants none and has no record is looked for where it would serve: an older host may have put something there.
     */
    static List<PlaceMemory> of(Employment employment, ServiceMemory memory, Optional<Whereabouts> whereabouts) {
        List<Place> recorded = ServedPlaces.parse(
                employment.records().getOrDefault(Names.TRAFFIC_SERVED, "[]"),
                employment.employer().ref());
        List<PlaceMemory> places = new ArrayList<>();
        Optional<Place> asked = whereabouts.flatMap(PlaceCalls::place);
        asked.filter(place -> employment.wanted() || recorded.isEmpty() || isAmong(recorded, place))
                .ifPresent(place -> places.add(memory.at(place)));
        for (Place place : recorded) {
            add(places, memory.at(place));
        }
        memory.places().forEach(known -> add(places, known));
        return places;
    }

    private static boolean isAmong(List<Place> places, Place wanted) {
        return places.stream().anyMatch(wanted::isAt);
    }

    private static void add(List<PlaceMemory> places, PlaceMemory more) {
        if (places.stream().noneMatch(known -> known.place().isAt(more.place()))) {
            places.add(more);
        }
    }

    /** Those that are not left for good: the one that serves, and others while something may be there. */
    static List<PlaceMemory> remaining(List<PlaceMemory> places, Optional<Place> serving) {
        if (serving.isEmpty()) {
            return places;
        }
        return places.stream()
                .filter(known -> serving.get().isAt(known.place()) || !known.isEmpty())
                .toList();
    }

    static boolean anyEmpty(List<PlaceMemory> places, Optional<Place> serving) {
        return remaining(places, serving).size() < places.size();
    }

    /** What the users have to be told of: a plugin that does not answer, a change that is refused. */
    static Optional<Wait> problem(List<PlaceMemory> places) {
        for (PlaceMemory place : places) {
            if (place.trouble().isPresent()) {
                return place.trouble().map(PlaceMemory.Trouble::why);
            }
        }
        for (PlaceMemory place : places) {
            Optional<Wait> refused = place.courses().values().stream()
                    .flatMap(course -> course.told().stream())
                    .filter(wait -> wait.reason() == Reason.TRAFFIC_REFUSED)
                    .findFirst();
            if (refused.isPresent()) {
                return refused;
            }
        }
        return Optional.empty();
    }

    static Optional<Duration> sooner(Optional<Duration> one, Optional<Duration> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.or(() -> other);
        }
        return one.get().compareTo(other.get()) <= 0 ? one : other;
    }
}
