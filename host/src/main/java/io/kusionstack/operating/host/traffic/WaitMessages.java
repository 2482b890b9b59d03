package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.Progress.Pending;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/** The messages that say why a Pod waits for traffic. A message stays the same as long as nothing changes. */
final class WaitMessages {
    private static final int MOST_NAMED = 10;

    private WaitMessages() {}

    /** What a plugin said of a change; empty where it took it. */
    static Optional<Wait> of(LoadBalancer loadBalancer, EndpointAddress address, Progress progress, boolean on) {
        return switch (progress) {
            case Progress.Done done -> Optional.empty();
            case Progress.Pending pending ->
                Optional.of(new Wait(
                        reason(pending.kind(), on),
                        loadBalancer.plugin(),
                        address + " at " + loadBalancer + " is not " + direction(on) + " yet: " + pending.reason()));
            case Progress.Failed failed ->
                Optional.of(new Wait(
                        Reason.TRAFFIC_REFUSED,
                        loadBalancer.plugin(),
                        loadBalancer + " refuses to take " + address + " " + direction(on) + " (" + failed.code()
                                + "): "
                                + failed.message()
                                + (failed.retryable()
                                        ? ""
                                        : "; correct the annotations of the Service or of the Pod")));
        };
    }

    /** The plugin left this one out of its answer. */
    static Wait silence(LoadBalancer loadBalancer, EndpointAddress address, boolean on) {
        return new Wait(
                waiting(on),
                loadBalancer.plugin(),
                loadBalancer + " said nothing of " + address + "; it is asked again");
    }

    /** The provider did not tell how it stands. */
    static Wait unknown(LoadBalancer loadBalancer, Observation.Unknown unknown) {
        return new Wait(
                unknown.kind() == Pending.Kind.THROTTLED ? Reason.TRAFFIC_THROTTLED : Reason.TRAFFIC_UNKNOWN,
                loadBalancer.plugin(),
                "it is not known what " + loadBalancer + " has: " + unknown.reason());
    }

    /** What is missing, the load balancer or a part of it, the proof says. */
    static Wait noSuchLoadBalancer(LoadBalancer loadBalancer, String proof) {
        return new Wait(
                Reason.TRAFFIC_PLACE_MISSING,
                loadBalancer.plugin(),
                loadBalancer.plugin() + " finds a place missing that the Service names, or named: " + proof);
    }

    static Wait misfit(ManagedService managedService) {
        return new Wait(
                Reason.TRAFFIC_NOT_SERVED,
                managedService.name(),
                managedService.name() + " has the label " + Names.CONTROL
                        + " and asks for traffic by an annotation, but is of"
                        + " type " + managedService.type()
                        + ": only Services of type LoadBalancer are served, so its Pods"
                        + " are touched without leaving a load balancer first. Set spec.type to LoadBalancer, or take"
                        + " the annotations of " + Names.TRAFFIC_DOMAIN + " away");
    }

    /** Neither a record nor memory says where they were. */
    static Wait leftBehind(ManagedService managedService, List<String> pods) {
        return new Wait(
                Reason.TRAFFIC_LEFT_BEHIND,
                managedService.name(),
                managedService.name()
                        + (managedService.exists()
                                ? " is new, and Pods carry the mark of one of its name: nothing says at which load balancer"
                                        + " that had registered them ("
                                : " is gone together with its finalizer, and nothing says at which load balancer its Pods"
                                        + " are registered (")
                        + String.join(", ", pods.subList(0, Math.min(pods.size(), MOST_NAMED)))
                        + (pods.size() > MOST_NAMED ? " and others" : "") + "): remove what is left there by hand");
    }

    static Wait withdrawn(ManagedService managedService) {
        return new Wait(
                Reason.TRAFFIC_WITHDRAWN,
                managedService.name(),
                managedService.name() + " asks for no traffic any more: it is deleted, its label " + Names.CONTROL
                        + " is not true, or its type is not LoadBalancer; all its Pods are taken off at once");
    }

    /** As users know it. */
    static String serving(Optional<ObservedBackends.ObservedAddress> seen) {
        return seen.map(found -> switch (found.serving()) {
                    case ON -> "On";
                    case STARTING -> "Starting";
                    case DRAINING -> "Draining";
                    case FOREIGN -> "Foreign";
                })
                .orElse("Off");
    }

    /** How it was before the provider stopped telling. */
    static String lastSeen(Optional<ObservedBackends.ObservedAddress> seen) {
        String detail = seen.map(ObservedBackends.ObservedAddress::detail).orElse("");
        return "last seen " + serving(seen)
                + seen.map(ObservedBackends.ObservedAddress::since)
                        .map(since -> " since " + since)
                        .orElse("")
                + (detail.isEmpty() ? "" : ": " + detail);
    }

    /** @param others addresses of the Pod on ports that the Service names no more */
    static Explanation.ExplainedTraffic beside(SortedSet<EndpointAddress> others, Explanation.ExplainedTraffic shown) {
        return others.isEmpty()
                ? shown
                : new Explanation.ExplainedTraffic(
                        shown.employer(),
                        shown.plugin(),
                        shown.loadBalancer(),
                        shown.serving(),
                        shown.weight(),
                        shown.detail() + (shown.detail().isEmpty() ? "" : "; ") + "registered on ports that the Service"
                                + " names no more: " + others,
                        shown.since());
    }

    static Wait last(ManagedService managedService) {
        return new Wait(
                Reason.LAST_BACKEND,
                managedService.name(),
                managedService.name()
                        + " selects the Pod no more, and too few of those that it selects get requests yet, so this"
                        + " one goes on: correct the selector, or annotate the Service with "
                        + Names.TRAFFIC_MAY_BE_EMPTY + "=true");
    }

    static Wait unrecorded(ManagedService managedService, Failure failure) {
        return new Wait(
                Reason.TRAFFIC_RECORD_REFUSED,
                managedService.name(),
                managedService.name() + ": its finalizers and records cannot be written ("
                        + failure.result().code() + "): "
                        + failure.result().message()
                        + "; nothing is put on until then. The host needs the right to patch services");
    }

    static Wait shared(LoadBalancer loadBalancer, String group, Key other) {
        return new Wait(
                Reason.TRAFFIC_GROUP_SHARED,
                loadBalancer.plugin(),
                "Service " + other + " is in " + (group.isEmpty() ? "" : group + " of ") + loadBalancer
                        + " already, with its Pods or for those that come: give each Service a group of its own, or delete"
                        + " the one that is not needed");
    }

    /** @param swaps it is to serve elsewhere, so that the two may wait for each other */
    static Wait leaving(LoadBalancer loadBalancer, String group, Key other, boolean swaps) {
        return new Wait(
                Reason.TRAFFIC_GROUP_SHARED,
                loadBalancer.plugin(),
                "Service " + other + " is to leave " + (group.isEmpty() ? "" : group + " of ") + loadBalancer
                        + " and has its Pods there still"
                        + (swaps
                                ? "; two Services that may select the same Pods and swap their groups wait for each other:"
                                        + " name a free group for one of them first"
                                : ""));
    }

    static Wait stillThere(LoadBalancer loadBalancer, EndpointAddress address, ObservedBackends.ObservedAddress seen) {
        return switch (seen.serving()) {
            case ON, STARTING ->
                new Wait(
                        Reason.WAITING_FOR_TRAFFIC_OFF,
                        loadBalancer.plugin(),
                        loadBalancer + " still sends to " + address);
            case DRAINING -> draining(loadBalancer, address, seen.since());
            case FOREIGN -> foreign(loadBalancer, address);
        };
    }

    private static Wait draining(LoadBalancer loadBalancer, EndpointAddress address, Instant since) {
        return new Wait(
                Reason.DRAINING_CONNECTIONS,
                loadBalancer.plugin(),
                loadBalancer + " lets the connections of " + address + " end; it is draining since " + since);
    }

    static Wait foreign(LoadBalancer loadBalancer, EndpointAddress address) {
        return new Wait(
                Reason.FOREIGN_BACKEND,
                loadBalancer.plugin(),
                address + " stands at " + loadBalancer
                        + " and was put there by somebody else; it is never touched: take it"
                        + " away there, or name another place in the annotations of the Service");
    }

    static Wait notOnYet(
            LoadBalancer loadBalancer, EndpointAddress address, Optional<ObservedBackends.ObservedAddress> seen) {
        return new Wait(
                Reason.WAITING_FOR_TRAFFIC_ON,
                loadBalancer.plugin(),
                seen.isPresent()
                        ? address + " is registered at " + loadBalancer + " and gets no requests yet"
                        : address + " is about to be registered at " + loadBalancer);
    }

    static Wait vanished(LoadBalancer loadBalancer, EndpointAddress address) {
        return new Wait(
                Reason.TRAFFIC_BACKEND_MISSING,
                loadBalancer.plugin(),
                loadBalancer + " took " + address + " and does not show it; it is put on again");
    }

    static Wait taken(LoadBalancer loadBalancer, EndpointAddress address) {
        return new Wait(
                Reason.WAITING_FOR_TRAFFIC_ON,
                loadBalancer.plugin(),
                address + " at " + loadBalancer + " still belongs to another Pod");
    }

    static Wait notLookedYet(String plugin, boolean on) {
        return new Wait(waiting(on), plugin, plugin + " has not been asked yet how it stands with the Pod");
    }

    static Wait unknownPort(ManagedService managedService) {
        return new Wait(
                Reason.WAITING_FOR_TRAFFIC_ON,
                managedService.name(),
                managedService.name()
                        + " names a targetPort that the Pod has not, or that its EndpointSlices do not show yet");
    }

    static Wait wrongWeight(String where, String value) {
        return new Wait(
                Reason.TRAFFIC_REFUSED,
                where,
                where + ": \"" + value + "\" is not a weight; give a whole number from 1 on");
    }

    private static Reason waiting(boolean on) {
        return on ? Reason.WAITING_FOR_TRAFFIC_ON : Reason.WAITING_FOR_TRAFFIC_OFF;
    }

    private static Reason reason(Pending.Kind kind, boolean on) {
        return switch (kind) {
            case DRAINING -> on ? Reason.WAITING_FOR_TRAFFIC_ON : Reason.DRAINING_CONNECTIONS;
            case THROTTLED -> Reason.TRAFFIC_THROTTLED;
            case BUSY, OTHER -> waiting(on);
        };
    }

    /** True if the provider has what was asked for, or works on it. */
    static boolean isTaken(Progress progress) {
        return switch (progress) {
            case Progress.Done done -> true;
            case Pending pending -> pending.kind() != Pending.Kind.THROTTLED && pending.kind() != Pending.Kind.BUSY;
            case Progress.Failed failed -> false;
        };
    }

    static boolean isDrain(Progress progress) {
        return progress instanceof Pending pending && pending.kind() == Pending.Kind.DRAINING;
    }

    private static String direction(boolean on) {
        return on ? "on" : "off";
    }
}
