package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.Progress.Pending;
import java.time.Instant;
import java.util.Optional;

/** Why Pods wait for a load balancer. A message stays the same as long as nothing changes; see also {@link ServiceWaits}. */
final class WaitMessages {
    private WaitMessages() {}

    /** The answer of a plugin to a change; empty if it took the change. */
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

    /** The plugin left this address out of its answer. */
    static Wait silence(LoadBalancer loadBalancer, EndpointAddress address, boolean on) {
        return new Wait(
                waiting(on),
                loadBalancer.plugin(),
                loadBalancer + " said nothing of " + address + "; it is asked again");
    }

    /** The provider did not tell its state. */
    static Wait unknown(LoadBalancer loadBalancer, Observation.Unknown unknown) {
        return new Wait(
                unknown.kind() == Pending.Kind.THROTTLED ? Reason.TRAFFIC_THROTTLED : Reason.TRAFFIC_UNKNOWN,
                loadBalancer.plugin(),
                "it is not known what " + loadBalancer + " has: " + unknown.reason());
    }

    /** The load balancer, or a part of it that the proof names, does not exist. */
    static Wait noSuchLoadBalancer(LoadBalancer loadBalancer, String proof) {
        return new Wait(
                Reason.TRAFFIC_PLACE_MISSING,
                loadBalancer.plugin(),
                loadBalancer.plugin() + " finds a place missing that the Service names, or named: " + proof);
    }

    static Wait stillThere(LoadBalancer loadBalancer, EndpointAddress address, ObservedAddress seen) {
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

    static Wait notOnYet(LoadBalancer loadBalancer, EndpointAddress address, Optional<ObservedAddress> seen) {
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

    /** True if the provider has carried out the request, or works on it. */
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
