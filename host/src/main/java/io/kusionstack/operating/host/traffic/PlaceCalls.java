package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.TrafficPlugins;
import io.kusionstack.operating.host.plugins.TrafficPlugins.Found;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Observation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Asks plugins, and turns each answer into what is known of the place. Blocks until they answer or their time is over. */
final class PlaceCalls {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration NOT_LOADED = Duration.ofSeconds(5);

    private final TrafficPlugins plugins;
    private final PodTraffic tickets;
    private final TrafficMetrics metrics;
    private final InstantSource clock;

    PlaceCalls(TrafficPlugins plugins, PodTraffic tickets, TrafficMetrics metrics, InstantSource clock) {
        this.plugins = plugins;
        this.tickets = tickets;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Where a Service's Pods are to serve, as far as it can be told. */
    sealed interface Whereabouts {
        record At(Place place) implements Whereabouts {}

        record Unknown(Wait why, Duration after) implements Whereabouts {}
    }

    /** @param before what was found last; for this very Service it needs no further question */
    Whereabouts find(Employment employment, Optional<Place> before) {
        Optional<Place> same = before.filter(place ->
                place.plugin().equals(employment.plugin()) && place.employer().equals(employment.employer()));
        if (same.isPresent()) {
            return new Whereabouts.At(same.get());
        }
        return switch (plugins.find(employment.plugin())) {
            case Found.Unavailable missing -> new Whereabouts.Unknown(missing.why(), NOT_LOADED);
            case Found.Ready ready ->
                switch (ready.worker().lockKey(employment.employer())) {
                    case Answer.Given<String> key -> groups(ready, employment, key.value());
                    case Answer.Missing<String> missing -> new Whereabouts.Unknown(missing.why(), missing.after());
                };
        };
    }

    private static Whereabouts groups(Found.Ready ready, Employment employment, String lockKey) {
        return switch (ready.worker().groups(employment.employer())) {
            case Answer.Given<List<String>> groups ->
                new Whereabouts.At(new Place(employment.plugin(), lockKey, groups.value(), employment.employer()));
            case Answer.Missing<List<String>> missing -> new Whereabouts.Unknown(missing.why(), missing.after());
        };
    }

    /** @param age how old a read may be that the plugin made for others */
    PlaceMemory look(PlaceMemory memory, Duration age) {
        Place place = memory.place();
        return switch (plugins.find(place.plugin())) {
            case Found.Unavailable missing -> memory.troubled(missing.why(), NOT_LOADED, clock.instant());
            case Found.Ready ready -> {
                // the ticket first: what the host learns while the plugin reads came too late for this look
                Look.Asked asked = new Look.Asked(tickets.tick(), clock.instant());
                Answer<Observation> answer = ready.worker()
                        .observe(
                                place.asked(), asked.at().minus(age), asked.at().plus(DEADLINE));
                yield switch (answer) {
                    case Answer.Given<Observation> given -> observed(memory, asked, given.value());
                    case Answer.Missing<Observation> missing ->
                        memory.troubled(missing.why(), missing.after(), clock.instant());
                };
            }
        };
    }

    private PlaceMemory observed(PlaceMemory memory, Look.Asked asked, Observation observation) {
        return switch (observation) {
            case Observation.Known known -> looked(memory, asked, known);
            case Observation.Unknown unknown ->
                memory.troubled(Words.unknown(memory.place(), unknown), unknown.after(), clock.instant());
            case Observation.NoSuchPlace(Instant readAt, String proof) ->
                memory.absent(asked, Words.noSuchPlace(memory.place(), proof), NOT_LOADED, clock.instant());
        };
    }

    private PlaceMemory looked(PlaceMemory memory, Look.Asked asked, Observation.Known observation) {
        Instant now = clock.instant();
        PlaceMemory after = memory.looked(asked, observation, now);
        memory.courses().forEach((spot, course) -> {
            if (!after.courses().containsKey(spot)) {
                course.accepted()
                        .ifPresent(accepted -> metrics.verified(
                                memory.place().plugin(), course.on() ? "on" : "off", Duration.between(accepted, now)));
            }
        });
        return after;
    }

    /** Nothing happens if there is nothing to change. */
    PlaceMemory apply(PlaceMemory memory, List<BackendChange> changes) {
        if (changes.isEmpty()) {
            return memory;
        }
        Place place = memory.place();
        Answer<List<BackendResult>> answer = switch (plugins.find(place.plugin())) {
            case Found.Unavailable missing -> new Answer.Missing<>(missing.why(), NOT_LOADED);
            case Found.Ready ready ->
                ready.worker().apply(place.asked(), changes, clock.instant().plus(DEADLINE));
        };
        return memory.applied(changes, answer, clock.instant());
    }

    Instant now() {
        return clock.instant();
    }

    static Optional<Place> place(Whereabouts whereabouts) {
        return whereabouts instanceof Whereabouts.At at ? Optional.of(at.place()) : Optional.empty();
    }

    static Optional<Whereabouts.Unknown> unknown(Whereabouts whereabouts) {
        return whereabouts instanceof Whereabouts.Unknown unknown ? Optional.of(unknown) : Optional.empty();
    }
}
