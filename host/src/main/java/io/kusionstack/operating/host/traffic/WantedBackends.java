package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Wait;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Puts on the backends of Pods that are to serve at one load balancer. Lives for one plan. */
record WantedBackends(
        LoadBalancerState state, BackendChanges changes, ExplainedBackends explained, ManagedService managedService) {
    BackendState of(ServicePod servicePod) {
        if (servicePod.ports().isEmpty()) {
            changes.schedule.settled(false);
            Wait unknown = servicePod.lacksPort()
                    ? ServiceWaits.missingPort(managedService)
                    : ServiceWaits.unknownPort(managedService);
            return kept(servicePod, List.of(unknown)).refused(unknown);
        }
        Set<Wait> waits = new LinkedHashSet<>();
        Weight weight =
                Weight.of(servicePod, managedService, state.loadBalancer().plugin());
        weight.problem().ifPresent(waits::add);
        SortedSet<EndpointAddress> others = new TreeSet<>(changes.ownership.of(servicePod));
        Optional<EndpointAddress> shown = Optional.empty();
        Optional<Wait> refused = weight.problem();
        for (int port : servicePod.ports()) {
            EndpointAddress address = new EndpointAddress(servicePod.ip().orElseThrow(), port);
            others.remove(address);
            Optional<Wait> wait = changes.putOn(servicePod, address, weight.value());
            wait.ifPresent(waits::add);
            shown = wait.isPresent() || shown.isEmpty() ? Optional.of(address) : shown;
            refused = refused.or(() -> state.refused(address, true));
        }
        boolean settled = waits.isEmpty();
        Optional<EndpointAddress> wanted = shown;
        takeOthersOff(servicePod, others, settled);
        verify(settled, servicePod);
        Optional<EndpointAddress> old = others.stream()
                .filter(address -> !settled && changes.isSentTo(address))
                .findFirst();
        return new BackendState(
                settled,
                changes.isSentTo(changes.ownership.of(servicePod)),
                BackendState.NO_LOOK,
                List.copyOf(waits),
                refused,
                ExplainedBackends.beside(others, explained.of(old.or(() -> wanted), changes.observed)));
    }

    /** The backends stay as they are, and no change is requested. */
    BackendState kept(ServicePod servicePod, List<Wait> waits) {
        SortedSet<EndpointAddress> addresses = changes.ownership.of(servicePod);
        return new BackendState(
                false,
                changes.isSentTo(addresses),
                BackendState.NO_LOOK,
                waits,
                Optional.empty(),
                explained.of(addresses.stream().findFirst(), changes.observed));
    }

    /** Another port of the same IP serves until the new port does. */
    private void takeOthersOff(ServicePod servicePod, SortedSet<EndpointAddress> others, boolean settled) {
        for (EndpointAddress address : others) {
            if (settled || !address.ip().equals(servicePod.ip().orElse(""))) {
                changes.takeOff(address, changes.off);
            }
        }
    }

    /** A Pod that was off has to be observed on after that. */
    private void verify(boolean settled, ServicePod servicePod) {
        changes.schedule.settled(settled);
        if (settled && changes.observed.ticket() <= servicePod.backSince()) {
            changes.schedule.verify(changes.observed);
        }
    }
}
