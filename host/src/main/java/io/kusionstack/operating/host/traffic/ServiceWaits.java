package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.util.List;

/** Why a Service is not served, or not as it asks. A message stays the same as long as nothing changes. */
final class ServiceWaits {
    private static final int MOST_NAMED = 10;

    private ServiceWaits() {}

    static Wait misfit(ManagedService managedService) {
        return managedService.takesPart() ? otherType(managedService) : otherLabel(managedService);
    }

    private static Wait otherLabel(ManagedService managedService) {
        boolean isOtherType = !managedService.type().equals(ManagedService.LOAD_BALANCER);
        return new Wait(
                Reason.TRAFFIC_NOT_SERVED,
                managedService.name(),
                managedService.name() + " asks for traffic by an annotation, but metadata.labels[" + Names.CONTROL
                        + "] is \"" + managedService.control().orElse("")
                        + "\": only Services with \"true\" take part, so its Pods are touched without leaving a load"
                        + " balancer first. Set the label to \"true\""
                        + (isOtherType ? " and spec.type, which is " + managedService.type() + ", to LoadBalancer" : "")
                        + ", or to \"false\", or take the annotations of " + Names.TRAFFIC_DOMAIN + " away");
    }

    private static Wait otherType(ManagedService managedService) {
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

    /** Neither a record nor memory tells where the Pods were registered. */
    static Wait leftBehind(ManagedService managedService, List<String> pods) {
        return new Wait(
                Reason.TRAFFIC_LEFT_BEHIND,
                managedService.name(),
                managedService.name()
                        + registeredSomewhere(managedService)
                        + String.join(", ", pods.subList(0, Math.min(pods.size(), MOST_NAMED)))
                        + (pods.size() > MOST_NAMED ? " and others" : "") + "): remove what is left there by hand");
    }

    private static String registeredSomewhere(ManagedService managedService) {
        if (!managedService.exists()) {
            return " is gone together with its finalizer, and nothing says at which load balancer its Pods are registered (";
        }
        return managedService.isManaged()
                ? " had no record of its load balancers, and Pods with its finalizer are not registered where it serves now:"
                        + " nothing says at which load balancer they were registered before ("
                : " is new, and Pods have the finalizer of one of its name: nothing says at which load balancer that had"
                        + " registered them (";
    }

    static Wait withdrawn(ManagedService managedService) {
        return new Wait(
                Reason.TRAFFIC_WITHDRAWN,
                managedService.name(),
                managedService.name() + " asks for no traffic any more: it is deleted, its label " + Names.CONTROL
                        + " is not true, or its type is not LoadBalancer; all its Pods are taken off at once");
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

    /** @param swaps true if the Service is to serve elsewhere, so that the two Services may wait for each other */
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

    static Wait unknownPort(ManagedService managedService) {
        return new Wait(
                Reason.WAITING_FOR_TRAFFIC_ON,
                managedService.name(),
                managedService.name() + " names a targetPort, and its EndpointSlices do not list the Pod yet");
    }

    static Wait missingPort(ManagedService managedService) {
        return new Wait(
                Reason.TRAFFIC_PORT_MISSING,
                managedService.name(),
                managedService.name()
                        + " names a targetPort that Pods do not have: give spec.ports[].targetPort the name"
                        + " of a port of their containers, or its number");
    }
}
