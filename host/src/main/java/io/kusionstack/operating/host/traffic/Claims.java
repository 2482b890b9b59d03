package io.kusionstack.operating.host.traffic;

import io.fabric8.kubernetes.api.model.Service;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.traffic.PlaceCalls.Whereabouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which Services have backends in which group, as their records say. Two in one group would take each other's Pods for foreign;
 * the second one is told so before anything is put on for it. One that is leaving a group bars it only from Services that may
 * select the same Pods: others find nothing of theirs there, and two that swap their groups would wait for each other. Any thread.
 */
final class Claims {
    private static final Duration AGAIN = Duration.ofSeconds(15);

    private final Map<String, SortedSet<Key>> holders = new HashMap<>();
    private final Map<Key, Wish> wishes = new HashMap<>();
    /** By the Service that is told to wait: the groups that it names. */
    private final Map<Key, Set<String>> barred = new HashMap<>();

    /** @param groups those that a Service names now; of the others in its record it is leaving */
    private record Wish(Employment employment, Set<String> groups) {
        boolean bars(String group, Employment other) {
            return groups.contains(group) || employment.maySelectWith(other);
        }
    }

    void serviceChanged(@Nullable Service before, @Nullable Service after) {
        String was = record(before);
        String is = record(after);
        if (!was.equals(is) || after == null) {
            change(before, was, after, is);
        }
    }

    private static String record(@Nullable Service service) {
        if (service == null || service.getMetadata().getAnnotations() == null) {
            return "";
        }
        return service.getMetadata().getAnnotations().getOrDefault(Names.TRAFFIC_SERVED, "");
    }

    private synchronized void change(@Nullable Service before, String was, @Nullable Service after, String is) {
        if (before != null) {
            Employment old = Employment.of(before);
            for (String group : groups(ServedPlaces.parse(was, old.employer().ref()))) {
                leave(group, old.key());
            }
        }
        if (before != null && after == null) {
            wishes.remove(Employment.of(before).key());
            barred.remove(Employment.of(before).key());
        }
        if (after != null) {
            enter(Employment.of(after), is);
        }
    }

    /** Nothing is left of a Service that went, or its successor says in its own record what is. */
    synchronized void forget(Employment departed, Optional<Employment> successor) {
        Key key = departed.key();
        for (String group :
                groups(ServedPlaces.parse(record(departed), departed.employer().ref()))) {
            leave(group, key);
        }
        if (successor.isEmpty()) {
            wishes.remove(key);
            barred.remove(key);
        }
        successor.ifPresent(now -> enter(now, record(now)));
    }

    private static String record(Employment employment) {
        return employment.records().getOrDefault(Names.TRAFFIC_SERVED, "");
    }

    private void leave(String group, Key service) {
        holders.computeIfPresent(group, (same, keys) -> {
            keys.remove(service);
            return keys.isEmpty() ? null : keys;
        });
    }

    private void enter(Employment service, String record) {
        for (String group : groups(ServedPlaces.parse(record, service.employer().ref()))) {
            holders.computeIfAbsent(group, absent -> new TreeSet<>()).add(service.key());
        }
    }

    /** @return the Services that wait for a group that the record named before the change and may not name any more */
    synchronized Set<Key> waitingFor(@Nullable Service before, @Nullable Service after) {
        if (before == null || record(before).equals(record(after))) {
            return Set.of();
        }
        List<String> groups = groups(ServedPlaces.parse(
                record(before), Employment.of(before).employer().ref()));
        Set<Key> waiting = new HashSet<>();
        barred.forEach((key, named) -> {
            if (!Collections.disjoint(named, groups)) {
                waiting.add(key);
            }
        });
        return waiting;
    }

    /** Unknown if another Service is in one of the groups already: of two that are, the first by name goes on. */
    Whereabouts unlessTaken(Employment employment, Whereabouts found) {
        Optional<Place> wanted = PlaceCalls.place(found).filter(place -> employment.wanted());
        note(employment, found, wanted);
        Optional<Whereabouts> taken = wanted.flatMap(place -> taken(employment, place));
        noteBarred(employment.key(), taken.isPresent() ? groups(wanted.stream().toList()) : List.of());
        return taken.orElse(found);
    }

    private synchronized void noteBarred(Key key, List<String> groups) {
        if (groups.isEmpty()) {
            barred.remove(key);
        } else {
            barred.put(key, Set.copyOf(groups));
        }
    }

    /** Of a Service that cannot be found it is not known what it names: it bars all that it has. */
    private synchronized void note(Employment employment, Whereabouts found, Optional<Place> wanted) {
        if (employment.wanted() && found instanceof Whereabouts.Unknown) {
            wishes.remove(employment.key());
        } else {
            List<String> groups = groups(wanted.stream().toList());
            wishes.put(employment.key(), new Wish(employment, Set.copyOf(groups)));
        }
    }

    private synchronized Optional<Whereabouts> taken(Employment employment, Place place) {
        for (String group : place.groups()) {
            Optional<Key> first = holders.getOrDefault(name(place, group), new TreeSet<>()).stream()
                    .filter(key -> bars(key, name(place, group), employment))
                    .findFirst();
            if (first.filter(key -> !key.equals(employment.key())).isPresent()) {
                Wish wish = wishes.get(first.get());
                Wait why = wish == null || wish.groups().contains(name(place, group))
                        ? Words.shared(place, group, first.get())
                        : Words.leaving(
                                place, group, first.get(), wish.employment().wanted());
                return Optional.of(new Whereabouts.Unknown(why, AGAIN));
            }
        }
        return Optional.empty();
    }

    private boolean bars(Key holder, String group, Employment asking) {
        Wish wish = wishes.get(holder);
        // of one that is gone, one of its name may come back and want its groups
        return wish == null || !wish.employment().exists() || holder.equals(asking.key()) || wish.bars(group, asking);
    }

    private static List<String> groups(List<Place> places) {
        List<String> groups = new ArrayList<>();
        places.forEach(place -> place.groups().forEach(group -> groups.add(name(place, group))));
        return groups;
    }

    private static String name(Place place, String group) {
        return place.plugin() + " " + place.lockKey() + " " + group;
    }
}
