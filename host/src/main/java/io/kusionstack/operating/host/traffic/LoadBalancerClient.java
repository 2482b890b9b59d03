package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Wait;
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

/** Asks plugins, and turns each answer into what is known of the load balancer. Blocks until they answer or their time is over. */
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

    /** Where a Service's Pods are to serve, as far as it can be told. */
    sealed interface Resolution {
        record Resolved(LoadBalancer loadBalancer) implements Resolution {}

        record Unresolved(Wait why, Duration after) implements Resolution {}
    }

    /** @param before what was found last; for this very Service it needs no further question */
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
    LoadBalancerState look(LoadBalancerState memory, Duration age) {
        LoadBalancer loadBalancer = memory.loadBalancer();
        return switch (plugins.find(loadBalancer.plugin())) {
            case TrafficPlugins.TrafficLookup.TrafficUnavailable missing ->
                memory.troubled(missing.why(), NOT_LOADED, clock.instant());
            case TrafficPlugins.TrafficLookup.TrafficReady ready -> {
                // the ticket first: what the host learns while the plugin reads came too late for this look
                ObservedBackends.ObservationTicket asked =
                        new ObservedBackends.ObservationTicket(tickets.tick(), clock.instant());
                Answer<Observation> answer = ready.worker()
                        .observe(
                                loadBalancer.asked(),
                                asked.at().minus(age),
                                asked.at().plus(DEADLINE));
                yield switch (answer) {
                    case Answer.Given<Observation> given -> observed(memory, asked, given.value());
                    case NoAnswer<Observation> missing ->
                        memory.troubled(missing.why(), missing.after(), clock.instant());
                };
            }
        };
    }

    private LoadBalancerState observed(
            LoadBalancerState memory, ObservedBackends.ObservationTicket asked, Observation observation) {
        return switch (observation) {
            case Observation.Known known -> observedPlan(memory, asked, known);
            case Observation.Unknown unknown ->
                memory.troubled(WaitMessages.unknown(memory.loadBalancer(), unknown), unknown.after(), clock.instant());
            case Observation.NoSuchPlace(Instant readAt, String proof) ->
                memory.absent(
                        asked,
                        WaitMessages.noSuchLoadBalancer(memory.loadBalancer(), proof),
                        NOT_LOADED,
                        clock.instant());
        };
    }

    private LoadBalancerState observedPlan(
            LoadBalancerState memory, ObservedBackends.ObservationTicket asked, Observation.Known observation) {
        Instant now = clock.instant();
        LoadBalancerState after = memory.observed(asked, observation, now);
        memory.pendingChanges().forEach((address, pendingChange) -> {
            if (!after.pendingChanges().containsKey(address)) {
                pendingChange
                        .accepted()
                        .ifPresent(accepted -> metrics.verified(
                                memory.loadBalancer().plugin(),
                                pendingChange.on() ? "on" : "off",
                                Duration.between(accepted, now)));
            }
        });
        return after;
    }

    /** Nothing happens if there is nothing to change. */
    LoadBalancerState apply(LoadBalancerState memory, List<BackendChange> changes) {
        if (changes.isEmpty()) {
            return memory;
        }
        LoadBalancer loadBalancer = memory.loadBalancer();
        Answer<List<BackendResult>> answer = switch (plugins.find(loadBalancer.plugin())) {
            case TrafficPlugins.TrafficLookup.TrafficUnavailable missing -> new NoAnswer<>(missing.why(), NOT_LOADED);
            case TrafficPlugins.TrafficLookup.TrafficReady ready ->
                ready.worker()
                        .apply(loadBalancer.asked(), changes, clock.instant().plus(DEADLINE));
        };
        return memory.applied(changes, answer, clock.instant());
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
