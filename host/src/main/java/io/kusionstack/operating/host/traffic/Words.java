package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.Failure;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.Progress.Pending;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/** What to tell a person who asks why a Pod waits for traffic. The same as long as nothing changes. */
final class Words {
    private static final int MOST_NAMED = 10;

    private Words() {}

    /** What a plugin said of a change; empty where it took it. */
    static Optional<Wait> of(Place place, Spot spot, Progress progress, boolean on) {
        return switch (progress) {
            case Progress.Done done -> Optional.empty();
            case Progress.Pending pending ->
                Optional.of(new Wait(
                        reason(pending.kind(), on),
                        place.plugin(),
                        spot + " at " + place + " is not " + direction(on) + " yet: " + pending.reason()));
            case Progress.Failed failed ->
                Optional.of(new Wait(
                        Reason.TRAFFIC_REFUSED,
                        place.plugin(),
                        place + " refuses to take " + spot + " " + direction(on) + " (" + failed.code() + "): "
                                + failed.message()
                                + (failed.retryable()
                                        ? ""
                                        : "; correct the annotations of the Service or of the Pod")));
        };
    }

    /** The plugin left this one out of its answer. */
    static Wait silence(Place place, Spot spot, boolean on) {
        return new Wait(waiting(on), place.plugin(), place + " said nothing of " + spot + "; it is asked again");
    }

    /** The provider did not tell how it stands. */
    static Wait unknown(Place place, Observation.Unknown unknown) {
        return new Wait(
                unknown.kind() == Pending.Kind.THROTTLED ? Reason.TRAFFIC_THROTTLED : Reason.TRAFFIC_UNKNOWN,
                place.plugin(),
                "it is not known what " + place + " has: " + unknown.reason());
    }

    /** What is missing, the load balancer or a part of it, the proof says. */
    static Wait noSuchPlace(Place place, String proof) {
        return new Wait(
                Reason.TRAFFIC_PLACE_MISSING,
                place.plugin(),
                place.plugin() + " finds a place missing that the Service names, or named: " + proof);
    }

    static Wait misfit(Employment employment) {
        return new Wait(
                Reason.TRAFFIC_NOT_SERVED,
                employment.name(),
                employment.name() + " has the label " + Names.CONTROL
                        + " and asks for traffic by an annotation, but is of"
                        + " type " + employment.type() + ": only Services of type LoadBalancer are served, so its Pods"
                        + " are touched without leaving a load balancer first. Set spec.type to LoadBalancer, or take"
                        + " the annotations of " + Names.TRAFFIC_DOMAIN + " away");
    }

    /** Neither a record nor memory says where they were. */
    static Wait leftBehind(Employment employment, List<String> pods) {
        return new Wait(
                Reason.TRAFFIC_LEFT_BEHIND,
                employment.name(),
                employment.name()
                        + (employment.exists()
                                ? " is new, and Pods carry the mark of one of its name: nothing says at which load balancer"
                                        + " that had registered them ("
                                : " is gone together with its finalizer, and nothing says at which load balancer its Pods"
                                        + " are registered (")
                        + String.join(", ", pods.subList(0, Math.min(pods.size(), MOST_NAMED)))
                        + (pods.size() > MOST_NAMED ? " and others" : "") + "): remove what is left there by hand");
    }

    static Wait withdrawn(Employment employment) {
        return new Wait(
                Reason.TRAFFIC_WITHDRAWN,
                employment.name(),
                employment.name() + " asks for no traffic any more: it is deleted, its label " + Names.CONTROL
                        + " is not true, or its type is not LoadBalancer; all its Pods are taken off at once");
    }

    /** As users know it. */
    static String serving(Optional<Look.Seen> seen) {
        return seen.map(found -> switch (found.serving()) {
                    case ON -> "On";
                    case STARTING -> "Starting";
                    case DRAINING -> "Draining";
                    case FOREIGN -> "Foreign";
                })
                .orElse("Off");
    }

    /** How it was before the provider stopped telling. */
    static String lastSeen(Optional<Look.Seen> seen) {
        String detail = seen.map(Look.Seen::detail).orElse("");
        return "last seen " + serving(seen)
                + seen.map(Look.Seen::since).map(since -> " since " + since).orElse("")
                + (detail.isEmpty() ? "" : ": " + detail);
    }

    /** @param others addresses of the Pod on ports that the Service names no more */
    static Explanation.Traffic beside(SortedSet<Spot> others, Explanation.Traffic shown) {
        return others.isEmpty()
                ? shown
                : new Explanation.Traffic(
                        shown.employer(),
                        shown.plugin(),
                        shown.place(),
                        shown.serving(),
                        shown.weight(),
                        shown.detail() + (shown.detail().isEmpty() ? "" : "; ") + "registered on ports that the Service"
                                + " names no more: " + others,
                        shown.since());
    }

    static Wait last(Employment employment) {
        return new Wait(
                Reason.LAST_BACKEND,
                employment.name(),
                employment.name()
                        + " selects the Pod no more, and too few of those that it selects get requests yet, so this"
                        + " one goes on: correct the selector, or annotate the Service with "
                        + Names.TRAFFIC_MAY_BE_EMPTY + "=true");
    }

    static Wait unrecorded(Employment employment, Failure failure) {
        return new Wait(
                Reason.TRAFFIC_RECORD_REFUSED,
                employment.name(),
                employment.name() + ": its finalizers and records cannot be written (" + failure.code() + "): "
                        + failure.message()
                        + "; nothing is put on until then. The host needs the right to patch services");
    }

    static Wait shared(Place place, String group, Key other) {
        return new Wait(
                Reason.TRAFFIC_GROUP_SHARED,
                place.plugin(),
                "Service " + other + " is in " + (group.isEmpty() ? "" : group + " of ") + place
                        + " already, with its Pods or for those that come: give each Service a group of its own, or delete"
                        + " the one that is not needed");
    }

    /** @param swaps it is to serve elsewhere, so that the two may wait for each other */
    static Wait leaving(Place place, String group, Key other, boolean swaps) {
        return new Wait(
                Reason.TRAFFIC_GROUP_SHARED,
                place.plugin(),
                "Service " + other + " is to leave " + (group.isEmpty() ? "" : group + " of ") + place
                        + " and has its Pods there still"
                        + (swaps
                                ? "; two Services that may select the same Pods and swap their groups wait for each other:"
                                        + " name a free group for one of them first"
                                : ""));
    }

    static Wait stillThere(Place place, Spot spot, Look.Seen seen) {
        return switch (seen.serving()) {
            case ON, STARTING ->
                new Wait(Reason.WAITING_FOR_TRAFFIC_OFF, place.plugin(), place + " still sends to " + spot);
            case DRAINING -> draining(place, spot, seen.since());
            case FOREIGN -> foreign(place, spot);
        };
    }

    private static Wait draining(Place place, Spot spot, Instant since) {
        return new Wait(
                Reason.DRAINING_CONNECTIONS,
                place.plugin(),
                place + " lets the connections of " + spot + " end; it is draining since " + since);
    }

    static Wait foreign(Place place, Spot spot) {
        return new Wait(
                Reason.FOREIGN_BACKEND,
                place.plugin(),
                spot + " stands at " + place + " and was put there by somebody else; it is never touched: take it"
                        + " away there, or name another place in the annotations of the Service");
    }

    static Wait notOnYet(Place place, Spot spot, Optional<Look.Seen> seen) {
        return new Wait(
                Reason.WAITING_FOR_TRAFFIC_ON,
                place.plugin(),
                seen.isPresent()
                        ? spot + " is registered at " + place + " and gets no requests yet"
                        : spot + " is about to be registered at " + place);
    }

    static Wait vanished(Place place, Spot spot) {
        return new Wait(
                Reason.TRAFFIC_BACKEND_MISSING,
                place.plugin(),
                place + " took " + spot + " and does not show it; it is put on again");
    }

    static Wait taken(Place place, Spot spot) {
        return new Wait(
                Reason.WAITING_FOR_TRAFFIC_ON, place.plugin(), spot + " at " + place + " still belongs to another Pod");
    }

    static Wait notLookedYet(String plugin, boolean on) {
        return new Wait(waiting(on), plugin, plugin + " has not been asked yet how it stands with the Pod");
    }

    static Wait unknownPort(Employment employment) {
        return new Wait(
                Reason.WAITING_FOR_TRAFFIC_ON,
                employment.name(),
                employment.name()
                        + " names a targetPort that the Pod has not, or that its EndpointSlices do not show yet");
    }

    static Wait wrongWeight(String where, String value) {
        return new Wait(
                Reason.TRAFFIC_REFUSED,
                where,
                where + ": \"" + value + "\" is no weight; give a whole number from 1 on");
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
