package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/** Takes off the backends of Pods that are not to serve at one load balancer. Lives for one plan. */
record UnwantedBackends(
        LoadBalancerState state, BackendChanges changes, ExplainedBackends explained, ManagedService managedService) {
    BackendState of(ServicePod servicePod) {
        Set<Wait> waits = new LinkedHashSet<>();
        SortedSet<EndpointAddress> addresses = changes.ownership.of(servicePod);
        List<BackendChange> list = servicePod.answers() ? changes.off : changes.dead;
        addresses.forEach(address -> waits.add(changes.takeOff(address, list)));
        waits.addAll(elsewhere(servicePod));
        boolean clear = waits.isEmpty();
        if (!clear) {
            changes.schedule.settled(false);
        } else if (changes.observed.ticket() <= servicePod.offSince() && isAwaited(servicePod)) {
            waits.add(state.trouble()
                    .map(ObservationFailure::why)
                    .orElseGet(
                            () -> WaitMessages.notLookedYet(state.loadBalancer().plugin(), false)));
            changes.schedule.verify(changes.observed);
        }
        return new BackendState(
                false,
                changes.isSentTo(addresses),
                clear ? changes.observed.ticket() : BackendState.NO_LOOK,
                List.copyOf(waits),
                Optional.empty(),
                explained.of(addresses.stream().findFirst(), changes.observed));
    }

    /** True if something happens once the Pod is known to be off: a finalizer moves, an operation goes on, a Service goes. */
    private boolean isAwaited(ServicePod servicePod) {
        return servicePod.isGateClosed()
                || (servicePod.targeted()
                        ? servicePod.pod().finalizers().contains(managedService.finalizer())
                        : ServicePods.isMarked(managedService, servicePod.pod()));
    }

    /** Why requests may reach the Pod though no backend is known to belong to it. */
    private List<Wait> elsewhere(ServicePod servicePod) {
        List<Wait> waits = new ArrayList<>();
        if (servicePod.ip().isEmpty()) {
            for (EndpointAddress address : changes.ownership.leftovers()) {
                changes.observed
                        .at(address)
                        .ifPresent(seen -> waits.add(WaitMessages.stillThere(state.loadBalancer(), address, seen)));
            }
            return waits;
        }
        String ip = servicePod.ip().get();
        // also on ports that the Service does not name any more
        SortedSet<EndpointAddress> addresses = state.awaited(ip);
        servicePod.ports().forEach(port -> addresses.add(new EndpointAddress(ip, port)));
        addresses.forEach(address -> waits.addAll(at(address, servicePod)));
        return waits;
    }

    private List<Wait> at(EndpointAddress address, ServicePod servicePod) {
        List<Wait> waits = new ArrayList<>();
        Optional<ObservedAddress> seen = changes.observed.at(address);
        seen.filter(found -> !found.isOurs())
                .ifPresent(found -> waits.add(WaitMessages.foreign(state.loadBalancer(), address)));
        boolean isNeededByAnother = changes.ownership
                .sharesIpWith(servicePod)
                .filter(ServicePod::isWanted)
                .isPresent();
        boolean isOfAnother = seen.filter(ObservedAddress::isOurs).isPresent()
                && !changes.ownership.of(servicePod).contains(address)
                && !isNeededByAnother;
        boolean mayAppear = !isNeededByAnother
                && seen.isEmpty()
                && (state.doubts().containsKey(address) || state.touched().contains(address));
        if (mayAppear) {
            changes.schedule.soon(changes.observed);
        }
        if (isOfAnother || mayAppear) {
            waits.add(WaitMessages.notLookedYet(state.loadBalancer().plugin(), false));
        }
        return waits;
    }
}
