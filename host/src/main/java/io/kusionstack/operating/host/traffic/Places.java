package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.model.Names;
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
     * The place it asks for first, then what its record names beside that, then what only memory knows, each group by
     * itself. A Service that wants none and has no record at all is looked for where it would serve: an older host may have
     * put something there. A place where nothing was put on is forgotten, and so is one that somebody took out of the record, unless
     * it can be read and shows something of the Service.
     */
    static List<PlaceMemory> of(
            Employment employment, List<Place> recorded, ServiceMemory memory, Optional<Whereabouts> whereabouts) {
        Optional<Place> asked = whereabouts
                .flatMap(PlaceCalls::place)
                .filter(place -> employment.wanted() || !employment.hasRecord() || isAmong(recorded, place));
        List<Place> known = new ArrayList<>(recorded);
        for (PlaceMemory remembered : memory.places()) {
            boolean takenOut = employment.exists() && memory.wasRecorded(remembered.place());
            if (takenOut ? isStillInUse(remembered) : !remembered.isUnused()) {
                known.add(remembered.place());
            }
        }
        List<PlaceMemory> places = new ArrayList<>();
        asked.filter(place -> employment.wanted()).ifPresent(place -> places.add(memory.at(place)));
        if (!employment.wanted()) {
            asked.ifPresent(known::addFirst);
        }
        for (Place place : known) {
            if (employment.wanted() && asked.isEmpty()) {
                add(places, memory.at(place));
            } else {
                Optional<Place> serving = asked.filter(there -> employment.wanted());
                place.without(serving)
                        .forEach(part -> add(places, memory.at(part, place).believing()));
            }
        }
        return places;
    }

    /** Also one of which nothing is known yet. */
    private static boolean isStillInUse(PlaceMemory place) {
        return !place.isEmpty() && place.unread().isEmpty();
    }

    /** Those that somebody took out of the record although they are in use. */
    static List<Place> takenOut(List<PlaceMemory> places, List<Place> recorded, ServiceMemory before) {
        return places.stream()
                .map(PlaceMemory::place)
                .filter(place -> before.wasRecorded(place) && !isAmong(recorded, place))
                .toList();
    }

    /** What the record names as the host sees it now; where there is none yet, that of a predecessor of which something may be left. */
    static List<Place> recorded(Employment employment, Optional<Employment> departed) {
        return recorded(departed.filter(before -> !employment.hasRecord()).orElse(employment));
    }

    private static List<Place> recorded(Employment employment) {
        return ServedPlaces.parse(
                employment.records().getOrDefault(Names.TRAFFIC_SERVED, "[]"),
                employment.employer().ref());
    }

    /** True if its own record names the place already, and the Service is held. */
    static boolean stands(Employment employment, List<Place> recorded, Place place) {
        return employment.held() && employment.hasRecord() && isAmong(recorded, place);
    }

    /** What the record has to name: where something is or is about to be, never a place that was not seen yet. */
    static List<Place> recordable(List<PlaceMemory> places, List<Place> recorded) {
        return places.stream()
                .filter(memory -> memory.look().isPresent()
                        || recorded.stream().anyMatch(place -> place.isAt(memory.place()))
                        || !memory.isUnused()
                        || isPartOf(recorded, memory.place()))
                .map(PlaceMemory::place)
                .toList();
    }

    /** True of a place where something may have been put on by a host that is gone. */
    static boolean isServed(Employment employment, Optional<Employment> departed, List<Place> recorded, Place place) {
        return (employment.held() || departed.isPresent()) && (isAmong(recorded, place) || isPartOf(recorded, place));
    }

    private static boolean isPartOf(List<Place> recorded, Place part) {
        return recorded.stream()
                .anyMatch(place -> place.plugin().equals(part.plugin())
                        && place.lockKey().equals(part.lockKey())
                        && place.groups().containsAll(part.groups())
                        && !part.groups().isEmpty());
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

    /** What the users have to be told of: a plugin that does not answer, a change that is refused. One that is busy is none. */
    static Optional<Wait> problem(List<PlaceMemory> places) {
        Optional<Wait> obstacle = obstacle(places);
        if (obstacle.isPresent()) {
            return obstacle;
        }
        for (PlaceMemory place : places) {
            Optional<Wait> refused = refused(place, true);
            if (refused.isPresent()) {
                return refused;
            }
        }
        return Optional.empty();
    }

    /**
     * Why a Pod that leaves service could not be seen off, or would not be taken off: it is not known how one of them looks, or
     * one refuses to take an address off.
     */
    static Optional<Wait> obstacle(List<PlaceMemory> places) {
        return places.stream()
                .flatMap(place -> place.unread().stream())
                .findFirst()
                .or(() -> places.stream()
                        .flatMap(place -> refused(place, false).stream())
                        .findFirst());
    }

    private static Optional<Wait> refused(PlaceMemory place, boolean on) {
        return place.courses().keySet().stream()
                .flatMap(spot -> place.refused(spot, on).stream())
                .findFirst();
    }

    static Optional<Duration> sooner(Optional<Duration> one, Optional<Duration> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.or(() -> other);
        }
        return one.get().compareTo(other.get()) <= 0 ? one : other;
    }
}
