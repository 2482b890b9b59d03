package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Serving;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Collects the changes at one load balancer that has been observed. Lives for one plan. */
final class BackendChanges {
    final ObservedBackends observed;
    final BackendOwnership ownership;
    final ObservationSchedule schedule;
    final List<BackendChange> dead = new ArrayList<>();
    final List<BackendChange> on = new ArrayList<>();
    final List<BackendChange> off = new ArrayList<>();
    final SortedSet<EndpointAddress> moving = new TreeSet<>();
    private final LoadBalancerState state;

    BackendChanges(
            LoadBalancerState state,
            ObservedBackends observed,
            BackendOwnership ownership,
            ObservationSchedule schedule) {
        this.state = state;
        this.observed = observed;
        this.ownership = ownership;
        this.schedule = schedule;
    }

    /** True if one of the addresses gets requests. */
    boolean isSentTo(Collection<EndpointAddress> addresses) {
        return addresses.stream().anyMatch(this::isSentTo);
    }

    boolean isSentTo(EndpointAddress address) {
        return observed.at(address).filter(seen -> seen.serving() == Serving.ON).isPresent();
    }

    /** @return why the address is not on yet; empty if it is on */
    Optional<Wait> putOn(ServicePod servicePod, EndpointAddress address, int weight) {
        Optional<ObservedAddress> seen = observed.at(address);
        if (seen.filter(found -> !found.isOurs()).isPresent()) {
            return Optional.of(WaitMessages.foreign(state.loadBalancer(), address));
        }
        boolean isOfAnother = seen.isPresent() && !ownership.of(servicePod).contains(address);
        if (isOfAnother
                || ownership
                        .sharesIpWith(servicePod)
                        .filter(ServicePod::isWanted)
                        .isPresent()) {
            return Optional.of(WaitMessages.taken(state.loadBalancer(), address));
        }
        boolean isOn = seen.filter(ObservedAddress::isOn).isPresent();
        boolean weighted = Optional.ofNullable(state.weights().get(address)).equals(Optional.of(weight));
        boolean tooEarly = Optional.ofNullable(state.pendingChanges().get(address))
                .filter(pendingChange -> pendingChange.on() ? !pendingChange.isSeenAt(observed.at()) : !weighted)
                .isPresent();
        if (isOn && weighted && tooEarly) {
            moving.add(address);
        } else if (!isOn || !weighted) {
            moving.add(address);
            if (schedule.isDue(address, true)) {
                Backend backend = servicePod.backend(
                        address.ip(), address.port(), state.loadBalancer().plugin());
                on.add(new BackendChange.PutOn(backend, weight));
            }
        }
        boolean isSeen = isOn && !tooEarly && !state.touched().contains(address);
        return isSeen ? Optional.empty() : Optional.of(awaited(address, seen));
    }

    private Wait awaited(EndpointAddress address, Optional<ObservedAddress> seen) {
        Optional<PendingChange> pendingChange =
                Optional.ofNullable(state.pendingChanges().get(address)).filter(PendingChange::on);
        boolean vanished = seen.isEmpty()
                && pendingChange.filter(known -> known.tries() > 1).isPresent();
        return state.trouble()
                .map(ObservationFailure::why)
                .or(() -> pendingChange.flatMap(PendingChange::told))
                .orElseGet(() -> vanished
                        ? WaitMessages.vanished(state.loadBalancer(), address)
                        : WaitMessages.notOnYet(state.loadBalancer(), address, seen));
    }

    /**
     * @param address one that was observed
     * @param changes the list that gets the change: {@link #dead} or {@link #off}
     * @return why the address is still there
     */
    Wait takeOff(EndpointAddress address, List<BackendChange> changes) {
        ObservedAddress seen = observed.at(address).orElseThrow();
        moving.add(address);
        if (schedule.isDue(address, false)) {
            Set<Backend> ours = new LinkedHashSet<>();
            for (ObservedBackend backend : seen.backends()) {
                if (backend.serving() != Serving.FOREIGN) {
                    ours.add(backend.backend());
                }
            }
            ours.forEach(backend -> changes.add(new BackendChange.TakeOff(backend, seen.drainingSince())));
        }
        return state.trouble()
                .map(ObservationFailure::why)
                .or(() -> Optional.ofNullable(state.pendingChanges().get(address))
                        .filter(pendingChange -> !pendingChange.on())
                        .flatMap(PendingChange::told)
                        .filter(why ->
                                seen.serving() != Serving.DRAINING || why.reason() != Reason.DRAINING_CONNECTIONS))
                .orElseGet(() -> WaitMessages.stillThere(state.loadBalancer(), address, seen));
    }
}
