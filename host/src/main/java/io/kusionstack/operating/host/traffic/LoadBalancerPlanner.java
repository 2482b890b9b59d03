package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Serving;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What is to be done at one load balancer, given how it looked last. Static and pure. One instance lives for one plan and
 * collects it.
 */
final class LoadBalancerPlanner {
    /** How often a load balancer is looked at though nothing is on its way there: somebody may have changed it. */
    static final Duration RESYNC = Duration.ofSeconds(30);

    /** How far the Services' rests differ, so that they don't all look at once. */
    private static final int JITTER = 5_000;

    /** How old an observation may be at rest: Services of one load balancer share their reads. */
    static final Duration SHARED = Duration.ofSeconds(15);

    /** How often a load balancer is looked at while a Pod waits for what others have to do there. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private final LoadBalancerState memory;
    private final TrafficSnapshot snapshot;
    private final Desired role;
    private final Set<String> onElsewhere;
    private final Set<String> onHere = new HashSet<>();
    private final List<BackendChange> dead = new ArrayList<>();
    private final List<BackendChange> on = new ArrayList<>();
    private final List<BackendChange> off = new ArrayList<>();
    private final SortedSet<EndpointAddress> moving = new TreeSet<>();
    private final Map<String, BackendState> pods = new HashMap<>();
    private final ObservationSchedule schedule;
    private final ExplainedBackends explained;
    private Optional<Boolean> enough = Optional.empty();

    private LoadBalancerPlanner(
            LoadBalancerState memory, Desired role, Set<String> onElsewhere, TrafficSnapshot snapshot) {
        this.memory = memory;
        this.role = role;
        this.onElsewhere = onElsewhere;
        this.snapshot = snapshot;
        this.schedule = new ObservationSchedule(memory, snapshot.now());
        this.explained = new ExplainedBackends(memory, snapshot.managedService());
    }

    /** @param on uids of the Pods that get requests where they are to serve, if that is another load balancer */
    static LoadBalancerPlan plan(LoadBalancerState memory, Desired role, Set<String> on, TrafficSnapshot snapshot) {
        return new LoadBalancerPlanner(memory, role, on, snapshot).plan();
    }

    private LoadBalancerPlan plan() {
        if (memory.look().isEmpty()) {
            snapshot.servicePods()
                    .forEach(servicePod -> pods.put(servicePod.pod().uid(), unknown(servicePod)));
            schedule.first();
        } else {
            loadBalancer(memory.look().get());
        }
        return new LoadBalancerPlan(
                memory.loadBalancer(),
                dead,
                on,
                off,
                moving,
                pods,
                schedule.look(),
                schedule.lookAgain(),
                memory.isEmpty());
    }

    private void loadBalancer(ObservedBackends look) {
        BackendOwnership ownership = BackendOwnership.of(look, snapshot.servicePods());
        for (ServicePod servicePod : snapshot.servicePods()) {
            if (servicePod.isWanted()) {
                BackendState state = state(servicePod, look, ownership);
                pods.put(servicePod.pod().uid(), state);
                if (state.on()) {
                    onHere.add(servicePod.pod().uid());
                }
            }
        }
        for (ServicePod servicePod : snapshot.servicePods()) {
            if (!servicePod.isWanted()) {
                pods.put(servicePod.pod().uid(), state(servicePod, look, ownership));
            }
        }
        ownership.leftovers().forEach(address -> takeOff(address, look, dead));
        if (!snapshot.servicePods().isEmpty()) {
            schedule.resync(look, rest());
        }
    }

    private Duration rest() {
        int own = Math.floorMod(snapshot.managedService().ref().hashCode(), JITTER);
        return RESYNC.plusMillis(own);
    }

    private BackendState state(ServicePod servicePod, ObservedBackends look, BackendOwnership ownership) {
        if (!servicePod.isWanted()) {
            return mayLeave(servicePod) || ownership.of(servicePod).isEmpty()
                    ? unwanted(servicePod, look, ownership)
                    : kept(
                            servicePod,
                            new OwnedBackends(look, ownership),
                            List.of(WaitMessages.last(snapshot.managedService())));
        }
        return switch (role) {
            case SERVE -> wanted(servicePod, look, ownership);
            case FREEZE -> kept(servicePod, new OwnedBackends(look, ownership), List.of());
            case DRAIN ->
                onElsewhere.contains(servicePod.pod().uid())
                        ? unwanted(servicePod, look, ownership)
                        : kept(servicePod, new OwnedBackends(look, ownership), List.of());
        };
    }

    /**
     * A Pod that could serve and is only selected no more waits until all that are selected serve, or as many as are to leave:
     * an edit of the Service alone never empties it, unless it says that it may.
     */
    private boolean mayLeave(ServicePod servicePod) {
        return !snapshot.managedService().wanted()
                || snapshot.managedService().mayBeEmpty()
                || servicePod.targeted()
                || !ServicePod.isFit(servicePod.pod())
                || areEnoughOn();
    }

    /** Counted once a plan. */
    private boolean areEnoughOn() {
        enough = enough.or(() -> Optional.of(countOn()));
        return enough.get();
    }

    private boolean countOn() {
        int on = Math.max(onHere.size(), onElsewhere.size());
        long selected =
                snapshot.servicePods().stream().filter(ServicePod::isWanted).count();
        long leaving = snapshot.servicePods().stream()
                .filter(servicePod -> !servicePod.targeted() && ServicePod.isFit(servicePod.pod()))
                .count();
        return on > 0 && (on >= selected || on >= leaving);
    }

    /** As it is; nothing is asked for. */
    private BackendState kept(ServicePod servicePod, OwnedBackends owned, List<Wait> waits) {
        SortedSet<EndpointAddress> addresses = owned.ownership.of(servicePod);
        return new BackendState(
                false,
                isSentTo(addresses, owned.look),
                BackendState.NO_LOOK,
                waits,
                Optional.empty(),
                explained.of(addresses.stream().findFirst(), owned.look));
    }

    private static boolean isSentTo(SortedSet<EndpointAddress> addresses, ObservedBackends look) {
        return addresses.stream().anyMatch(address -> isSentTo(address, look));
    }

    private static boolean isSentTo(EndpointAddress address, ObservedBackends look) {
        return look.at(address).filter(seen -> seen.serving() == Serving.ON).isPresent();
    }

    private BackendState unknown(ServicePod servicePod) {
        boolean wanted = role == Desired.SERVE && servicePod.isWanted();
        Wait wait = memory.trouble()
                .map(LoadBalancerState.ObservationFailure::why)
                .orElseGet(() -> WaitMessages.notLookedYet(memory.loadBalancer().plugin(), wanted));
        return new BackendState(
                false, false, BackendState.NO_LOOK, List.of(wait), Optional.empty(), explained.unknown());
    }

    private BackendState wanted(ServicePod servicePod, ObservedBackends look, BackendOwnership ownership) {
        if (servicePod.ports().isEmpty()) {
            schedule.settled(false);
            Wait unknown = WaitMessages.unknownPort(snapshot.managedService());
            return kept(servicePod, new OwnedBackends(look, ownership), List.of(unknown))
                    .refused(unknown);
        }
        Set<Wait> waits = new LinkedHashSet<>();
        Weight weight = Weight.of(
                servicePod, snapshot.managedService(), memory.loadBalancer().plugin());
        weight.problem().ifPresent(waits::add);
        SortedSet<EndpointAddress> others = new TreeSet<>(ownership.of(servicePod));
        Optional<EndpointAddress> shown = Optional.empty();
        Optional<Wait> refused = weight.problem();
        for (int port : servicePod.ports()) {
            EndpointAddress address = new EndpointAddress(servicePod.ip().orElseThrow(), port);
            others.remove(address);
            Optional<Wait> wait = putOn(servicePod, address, weight, new OwnedBackends(look, ownership));
            wait.ifPresent(waits::add);
            shown = wait.isPresent() || shown.isEmpty() ? Optional.of(address) : shown;
            refused = refused.or(() -> memory.refused(address, true));
        }
        boolean settled = waits.isEmpty();
        Optional<EndpointAddress> asked = shown;
        takeOthersOff(servicePod, others, settled, look);
        settled(settled, servicePod, look);
        Optional<EndpointAddress> old = others.stream()
                .filter(address -> !settled && isSentTo(address, look))
                .findFirst();
        return new BackendState(
                settled,
                isSentTo(ownership.of(servicePod), look),
                BackendState.NO_LOOK,
                List.copyOf(waits),
                refused,
                WaitMessages.beside(others, explained.of(old.or(() -> asked), look)));
    }

    /** Another port of the same address serves until the new one does. */
    private void takeOthersOff(
            ServicePod servicePod, SortedSet<EndpointAddress> others, boolean settled, ObservedBackends look) {
        for (EndpointAddress address : others) {
            if (settled || !address.ip().equals(servicePod.ip().orElse(""))) {
                takeOff(address, look, off);
            }
        }
    }

    /** One that was off has to be seen on since. */
    private void settled(boolean settled, ServicePod servicePod, ObservedBackends look) {
        schedule.settled(settled);
        if (settled && look.ticket() <= servicePod.backSince()) {
            schedule.verify(look);
        }
    }

    private record OwnedBackends(ObservedBackends look, BackendOwnership ownership) {}

    /** Empty if it is on. */
    private Optional<Wait> putOn(ServicePod servicePod, EndpointAddress address, Weight weight, OwnedBackends owned) {
        Optional<ObservedBackends.ObservedAddress> seen = owned.look.at(address);
        if (seen.filter(found -> !found.isOurs()).isPresent()) {
            return Optional.of(WaitMessages.foreign(memory.loadBalancer(), address));
        }
        boolean another = seen.isPresent() && !owned.ownership.of(servicePod).contains(address);
        if (another
                || owned.ownership
                        .sharesIpWith(servicePod)
                        .filter(ServicePod::isWanted)
                        .isPresent()) {
            return Optional.of(WaitMessages.taken(memory.loadBalancer(), address));
        }
        boolean isOn = seen.filter(ObservedBackends.ObservedAddress::isOn).isPresent();
        boolean weighted = Optional.ofNullable(memory.weights().get(address)).equals(Optional.of(weight.value()));
        boolean tooEarly = Optional.ofNullable(memory.pendingChanges().get(address))
                .filter(pendingChange -> pendingChange.on() ? !pendingChange.isSeenAt(owned.look.at()) : !weighted)
                .isPresent();
        if (isOn && weighted && tooEarly) {
            moving.add(address);
        } else if (!isOn || !weighted) {
            moving.add(address);
            if (schedule.isDue(address, true)) {
                Backend backend = servicePod.backend(
                        address.ip(), address.port(), memory.loadBalancer().plugin());
                on.add(new BackendChange.PutOn(backend, weight.value()));
            }
        }
        boolean isSeen = isOn && !tooEarly && !memory.touched().contains(address);
        return isSeen ? Optional.empty() : Optional.of(awaited(address, seen));
    }

    private Wait awaited(EndpointAddress address, Optional<ObservedBackends.ObservedAddress> seen) {
        Optional<PendingChange> pendingChange =
                Optional.ofNullable(memory.pendingChanges().get(address)).filter(PendingChange::on);
        boolean vanished = seen.isEmpty()
                && pendingChange.filter(known -> known.tries() > 1).isPresent();
        return memory.trouble()
                .map(LoadBalancerState.ObservationFailure::why)
                .or(() -> pendingChange.flatMap(PendingChange::told))
                .orElseGet(() -> vanished
                        ? WaitMessages.vanished(memory.loadBalancer(), address)
                        : WaitMessages.notOnYet(memory.loadBalancer(), address, seen));
    }

    private BackendState unwanted(ServicePod servicePod, ObservedBackends look, BackendOwnership ownership) {
        Set<Wait> waits = new LinkedHashSet<>();
        SortedSet<EndpointAddress> addresses = ownership.of(servicePod);
        List<BackendChange> changes = servicePod.answers() ? off : dead;
        addresses.forEach(address -> waits.add(takeOff(address, look, changes)));
        waits.addAll(elsewhere(servicePod, look, ownership));
        boolean clear = waits.isEmpty();
        if (!clear) {
            schedule.settled(false);
        } else if (look.ticket() <= servicePod.offSince() && isAwaited(servicePod)) {
            waits.add(memory.trouble()
                    .map(LoadBalancerState.ObservationFailure::why)
                    .orElseGet(() ->
                            WaitMessages.notLookedYet(memory.loadBalancer().plugin(), false)));
            schedule.verify(look);
        }
        return new BackendState(
                false,
                isSentTo(addresses, look),
                clear ? look.ticket() : BackendState.NO_LOOK,
                List.copyOf(waits),
                Optional.empty(),
                explained.of(addresses.stream().findFirst(), look));
    }

    /** Something is done once it is known to be off: a finalizer moves, an operation goes on, a Service goes. */
    private boolean isAwaited(ServicePod servicePod) {
        return servicePod.isGateClosed()
                || (servicePod.targeted()
                        ? servicePod
                                .pod()
                                .finalizers()
                                .contains(snapshot.managedService().finalizer())
                        : ServicePods.isMarked(snapshot.managedService(), servicePod.pod()));
    }

    /** What may send to the Pod though no backend is known to be its own. */
    private List<Wait> elsewhere(ServicePod servicePod, ObservedBackends look, BackendOwnership ownership) {
        List<Wait> waits = new ArrayList<>();
        if (servicePod.ip().isEmpty()) {
            ownership
                    .leftovers()
                    .forEach(address -> look.at(address)
                            .ifPresent(
                                    seen -> waits.add(WaitMessages.stillThere(memory.loadBalancer(), address, seen))));
            return waits;
        }
        String ip = servicePod.ip().get();
        // also on ports that the Service names no more
        SortedSet<EndpointAddress> addresses = memory.awaited(ip);
        servicePod.ports().forEach(port -> addresses.add(new EndpointAddress(ip, port)));
        for (EndpointAddress address : addresses) {
            Optional<ObservedBackends.ObservedAddress> seen = look.at(address);
            seen.filter(found -> !found.isOurs())
                    .ifPresent(found -> waits.add(WaitMessages.foreign(memory.loadBalancer(), address)));
            boolean othersNeed = ownership
                    .sharesIpWith(servicePod)
                    .filter(ServicePod::isWanted)
                    .isPresent();
            boolean others =
                    seen.filter(ObservedBackends.ObservedAddress::isOurs).isPresent()
                            && !ownership.of(servicePod).contains(address)
                            && !othersNeed;
            boolean mayAppear = !othersNeed
                    && seen.isEmpty()
                    && (memory.doubts().containsKey(address) || memory.touched().contains(address));
            if (mayAppear) {
                schedule.soon(look);
            }
            if (others || mayAppear) {
                waits.add(WaitMessages.notLookedYet(memory.loadBalancer().plugin(), false));
            }
        }
        return waits;
    }

    private Wait takeOff(EndpointAddress address, ObservedBackends look, List<BackendChange> changes) {
        ObservedBackends.ObservedAddress seen = look.at(address).orElseThrow();
        moving.add(address);
        if (schedule.isDue(address, false)) {
            Set<Backend> ours = new LinkedHashSet<>();
            for (ObservedBackend observed : seen.backends()) {
                if (observed.serving() != Serving.FOREIGN) {
                    ours.add(observed.backend());
                }
            }
            ours.forEach(backend -> changes.add(new BackendChange.TakeOff(backend, seen.drainingSince())));
        }
        return memory.trouble()
                .map(LoadBalancerState.ObservationFailure::why)
                .or(() -> Optional.ofNullable(memory.pendingChanges().get(address))
                        .filter(pendingChange -> !pendingChange.on())
                        .flatMap(PendingChange::told)
                        .filter(why ->
                                seen.serving() != Serving.DRAINING || why.reason() != Reason.DRAINING_CONNECTIONS))
                .orElseGet(() -> WaitMessages.stillThere(memory.loadBalancer(), address, seen));
    }
}
