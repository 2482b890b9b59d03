package io.kusionstack.operating.host.traffic;

import io.fabric8.kubernetes.api.model.Service;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.traffic.PlaceCalls.Whereabouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which Services have backends in which group, as their records say. Two in one group would take each other's Pods for foreign;
 * the second one is told so before anything is put on for it. Any thread.
 */
final class Claims {
    private static final Duration AGAIN = Duration.ofSeconds(15);

    private final Map<String, SortedSet<Key>> holders = new HashMap<>();

    void serviceChanged(@Nullable Service before, @Nullable Service after) {
        String was = record(before);
        String is = record(after);
        if (!was.equals(is)) {
            change(before, was, after, is);
        }
    }

    private static String record(@Nullable Service service) {
        if (service == null || service.getMetadata().getAnnotations() == null) {
            return "";
        }
        return Objects.requireNonNullElse(service.getMetadata().getAnnotations().get(Names.TRAFFIC_SERVED), "");
    }

    private synchronized void change(@Nullable Service before, String was, @Nullable Service after, String is) {
        if (before != null) {
            Employment old = Employment.of(before);
            for (String group : groups(ServedPlaces.parse(was, old.employer().ref()))) {
                holders.computeIfPresent(group, (same, keys) -> {
                    keys.remove(old.key());
                    return keys.isEmpty() ? null : keys;
                });
            }
        }
        if (after != null) {
            Employment now = Employment.of(after);
            for (String group : groups(ServedPlaces.parse(is, now.employer().ref()))) {
                holders.computeIfAbsent(group, absent -> new TreeSet<>()).add(now.key());
            }
        }
    }

    /** Unknown if another Service is in one of the groups already: of two that are, the first by name goes on. */
    Whereabouts unlessTaken(Employment employment, Whereabouts found) {
        return PlaceCalls.place(found)
                .filter(place -> employment.wanted())
                .flatMap(place -> taken(employment.key(), place))
                .orElse(found);
    }

    private synchronized Optional<Whereabouts> taken(Key service, Place place) {
        for (String group : place.groups()) {
            SortedSet<Key> keys = holders.getOrDefault(name(place, group), new TreeSet<>());
            boolean isFirst = keys.isEmpty() || keys.first().equals(service);
            if (!isFirst) {
                return Optional.of(new Whereabouts.Unknown(Words.shared(place, group, keys.first()), AGAIN));
            }
        }
        return Optional.empty();
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
