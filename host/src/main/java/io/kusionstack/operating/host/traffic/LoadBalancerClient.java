package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.Answer.NoAnswer;
import io.kusionstack.operating.host.plugins.TrafficPlugins;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Observation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Calls plugins, and turns each answer into a state of the load balancer. Blocks until they answer or their time is over. */
final class LoadBalancerClient {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration NOT_LOADED = Duration.ofSeconds(5);

    private final TrafficPlugins plugins;
    private final PodTraffic tickets;
    private final TrafficMetrics metrics;
    private final InstantSource clock;

    LoadBalancerClient(TrafficPlugins plugins, PodTraffic tickets, TrafficMetrics metrics, InstantSource clock) {
        this.plugins = plugins;
        this.tickets = tickets;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** @param before the load balancer that was found last; for the same description of the Service no plugin is called */
    Resolution find(ManagedService managedService, Optional<LoadBalancer> before) {
        Optional<LoadBalancer> same =
                before.filter(loadBalancer -> loadBalancer.plugin().equals(managedService.plugin())
                        && loadBalancer.employer().equals(managedService.employer()));
        if (same.isPresent()) {
            return new Resolution.Resolved(same.get());
        }
        return switch (plugins.find(managedService.plugin())) {
            case TrafficPlugins.TrafficLookup.TrafficUnavailable missing ->
                new Resolution.Unresolved(missing.why(), NOT_LOADED);
            case TrafficPlugins.TrafficLookup.TrafficReady ready ->
                switch (ready.worker().lockKey(managedService.employer())) {
                    case Answer.Given<String> key -> groups(ready, managedService, key.value());
                    case NoAnswer<String> missing -> new Resolution.Unresolved(missing.why(), missing.after());
                };
        };
    }

    private static Resolution groups(
            TrafficPlugins.TrafficLookup.TrafficReady ready, ManagedService managedService, String lockKey) {
        return switch (ready.worker().groups(managedService.employer())) {
            case Answer.Given<List<String>> groups ->
                new Resolution.Resolved(
                        new LoadBalancer(managedService.plugin(), lockKey, groups.value(), managedService.employer()));
            case NoAnswer<List<String>> missing -> new Resolution.Unresolved(missing.why(), missing.after());
        };
    }

    /** @param age how old a read may be that the plugin made for others */
    LoadBalancerState observe(LoadBalancerState state, Duration age) {
        LoadBalancer loadBalancer = state.loadBalancer();
        return switch (plugins.find(loadBalancer.plugin())) {
            case TrafficPlugins.TrafficLookup.TrafficUnavailable missing ->
                state.troubled(missing.why(), NOT_LOADED, clock.instant());
            case TrafficPlugins.TrafficLookup.TrafficReady ready -> {
                // the ticket first: what the host learns while the plugin reads is too late for this observation
                ObservationTicket request = new ObservationTicket(tickets.tick(), clock.instant());
                Answer<Observation> answer = ready.worker()
                        .observe(
                                loadBalancer.asked(),
                                request.at().minus(age),
                                request.at().plus(DEADLINE));
                yield switch (answer) {
                    case Answer.Given<Observation> given -> observed(state, request, given.value());
                    case NoAnswer<Observation> missing ->
                        state.troubled(missing.why(), missing.after(), clock.instant());
                };
            }
        };
    }

    private LoadBalancerState observed(LoadBalancerState state, ObservationTicket request, Observation observation) {
        return switch (observation) {
            case Observation.Known known -> known(state, request, known);
            case Observation.Unknown unknown ->
                state.troubled(WaitMessages.unknown(state.loadBalancer(), unknown), unknown.after(), clock.instant());
            case Observation.NoSuchPlace(Instant readAt, String proof) ->
                state.absent(
                        request,
                        WaitMessages.noSuchLoadBalancer(state.loadBalancer(), proof),
                        NOT_LOADED,
                        clock.instant());
        };
    }

    private LoadBalancerState known(LoadBalancerState state, ObservationTicket request, Observation.Known observation) {
        Instant now = clock.instant();
        LoadBalancerState after = state.observed(request, observation, now);
        state.pendingChanges().forEach((address, pendingChange) -> {
            if (!after.pendingChanges().containsKey(address)) {
                pendingChange
                        .accepted()
                        .ifPresent(accepted -> metrics.verified(
                                state.loadBalancer().plugin(),
                                pendingChange.on() ? "on" : "off",
                                Duration.between(accepted, now)));
            }
        });
        return after;
    }

    /** Nothing happens if there is nothing to change. */
    LoadBalancerState apply(LoadBalancerState state, List<BackendChange> changes) {
        if (changes.isEmpty()) {
            return state;
        }
        LoadBalancer loadBalancer = state.loadBalancer();
        Answer<List<BackendResult>> answer = switch (plugins.find(loadBalancer.plugin())) {
            case TrafficPlugins.TrafficLookup.TrafficUnavailable missing -> new NoAnswer<>(missing.why(), NOT_LOADED);
            case TrafficPlugins.TrafficLookup.TrafficReady ready ->
                ready.worker()
                        .apply(loadBalancer.asked(), changes, clock.instant().plus(DEADLINE));
        };
        return state.applied(changes, answer, clock.instant());
    }

    Instant now() {
        return clock.instant();
    }

    static Optional<LoadBalancer> loadBalancer(Resolution resolution) {
        return resolution instanceof Resolution.Resolved at ? Optional.of(at.loadBalancer()) : Optional.empty();
    }

    static Optional<Resolution.Unresolved> unknown(Resolution resolution) {
        return resolution instanceof Resolution.Unresolved unknown ? Optional.of(unknown) : Optional.empty();
    }
}
