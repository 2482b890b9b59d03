package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Serving;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How a place looked.
 *
 * @param ticket when the question was asked, in the order of the host's own events: what the host learnt under a lower
 *     ticket was known before
 * @param at when the answer was there
 * @param fresh false if the plugin answered from a cache: the ticket is that of the look before
 * @param first nothing was known of the place before
 */
record Look(long ticket, Instant at, boolean fresh, boolean first, SortedMap<Spot, Seen> spots) {
    Look {
        spots = Collections.unmodifiableSortedMap(spots);
    }

    /**
     * @param asked when the plugin was asked, and under which ticket
     * @param before the look before this one, for how long things have been as they are
     */
    static Look of(Asked asked, Instant at, Observation.Known observation, Optional<Look> before) {
        boolean fresh = !observation.readAt().isBefore(asked.at());
        List<ObservedBackend> backends = observation.backends();
        Map<Spot, List<ObservedBackend>> bySpot = backends.stream()
                .collect(Collectors.groupingBy(seen -> Spot.of(seen.backend()), HashMap::new, Collectors.toList()));
        SortedMap<Spot, Seen> spots = new TreeMap<>();
        bySpot.forEach((spot, seen) -> spots.put(spot, Seen.of(seen, before.flatMap(old -> old.at(spot)), at)));
        long ticket = fresh ? asked.ticket() : before.map(Look::ticket).orElse(0L);
        return new Look(ticket, at, fresh, before.isEmpty(), spots);
    }

    record Asked(long ticket, Instant at) {}

    /** How a place looks that is not there. */
    static Look empty(Asked asked) {
        return new Look(asked.ticket(), asked.at(), true, false, new TreeMap<>());
    }

    /** The same, but too long ago to rest on. */
    Look outdated() {
        return new Look(ticket, Instant.EPOCH, false, first, spots);
    }

    /** The same, of a place that is known. */
    Look known() {
        return new Look(ticket, at, fresh, false, spots);
    }

    /** Since when everything is as it is, of what is there. */
    Instant unchangedSince() {
        Instant since = Instant.EPOCH;
        for (Seen seen : spots.values()) {
            since = seen.since().isAfter(since) ? seen.since() : since;
        }
        return since;
    }

    Optional<Seen> at(Spot spot) {
        return Optional.ofNullable(spots.get(spot));
    }

    /**
     * One address, with all that the provider shows there.
     *
     * @param serving the most that any of them does: On, then Starting, then Draining
     * @param since when it was first seen to be so; a drain counts from here
     */
    record Seen(Serving serving, Instant since, List<ObservedBackend> backends) {
        Seen {
            backends = List.copyOf(backends);
        }

        private static Seen of(List<ObservedBackend> backends, Optional<Seen> before, Instant now) {
            Serving serving = Serving.FOREIGN;
            for (ObservedBackend backend : backends) {
                serving = backend.serving().compareTo(serving) < 0 ? backend.serving() : serving;
            }
            Serving same = serving;
            return new Seen(
                    serving,
                    before.filter(old -> old.serving == same).map(Seen::since).orElse(now),
                    backends);
        }

        boolean isOurs() {
            return serving != Serving.FOREIGN;
        }

        /** True if it gets new requests wherever it is registered. */
        boolean isOn() {
            return backends.stream().allMatch(backend -> backend.serving() == Serving.ON);
        }

        Optional<Instant> drainingSince() {
            return serving == Serving.DRAINING ? Optional.of(since) : Optional.empty();
        }

        /** The Pods the provider names, by uid; empty where it names none. */
        Set<String> pods() {
            Set<String> pods = new LinkedHashSet<>();
            for (ObservedBackend backend : backends) {
                if (backend.serving() != Serving.FOREIGN
                        && !backend.backend().pod().uid().isEmpty()) {
                    pods.add(backend.backend().pod().uid());
                }
            }
            return pods;
        }

        String detail() {
            return backends.stream()
                    .map(ObservedBackend::detail)
                    .filter(text -> !text.isEmpty())
                    .distinct()
                    .collect(Collectors.joining("; "));
        }
    }
}
