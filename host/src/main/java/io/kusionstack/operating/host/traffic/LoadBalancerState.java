package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.Answer.NoAnswer;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The state of one load balancer as the host knows it: the last observation, and the changes requested since.
 *
 * @param look the last observation; empty before the first answer
 * @param pendingChanges changes that no observation has shown done
 * @param weights the weight that the provider last took, for addresses that are still there
 * @param doubts until when an address that was put on may still appear though no observation has shown it
 * @param touched addresses of changes requested since the observation: it proves nothing about them
 * @param trouble why there is no newer observation
 * @param absence since when the provider has proven that the load balancer does not exist
 */
record LoadBalancerState(
        LoadBalancer loadBalancer,
        Optional<ObservedBackends> look,
        SortedMap<EndpointAddress, PendingChange> pendingChanges,
        SortedMap<EndpointAddress, Integer> weights,
        SortedMap<EndpointAddress, Instant> doubts,
        SortedSet<EndpointAddress> touched,
        Optional<ObservationFailure> trouble,
        Optional<ProvenAbsence> absence) {
    /** How long a lost request may take to arrive, and a request that was taken to show its effect. */
    static final Duration DOUBT = Duration.ofSeconds(10);

    /** How long a proof has to last before it is believed of a load balancer with backends of ours: a list may be wrong once. */
    private static final Duration PROVEN = Duration.ofSeconds(30);

    LoadBalancerState {
        pendingChanges = Collections.unmodifiableSortedMap(pendingChanges);
        weights = Collections.unmodifiableSortedMap(weights);
        doubts = Collections.unmodifiableSortedMap(doubts);
        touched = Collections.unmodifiableSortedSet(touched);
    }

    static LoadBalancerState of(LoadBalancer loadBalancer) {
        return new LoadBalancerState(
                loadBalancer,
                Optional.empty(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeSet<>(),
                Optional.empty(),
                Optional.empty());
    }

    /** The Service describes the same load balancer in another way: it is observed anew, and a change that was refused may pass now. */
    LoadBalancerState at(LoadBalancer described) {
        return described.equals(loadBalancer)
                ? this
                : new LoadBalancerState(
                        described,
                        look.map(ObservedBackends::outdated),
                        new TreeMap<>(),
                        weights,
                        doubts,
                        touched,
                        Optional.empty(),
                        absence);
    }

    /**
     * After a first observation: a change that another process requested may still appear at an address where nothing was observed.
     *
     * @param served false for a load balancer where no process can have requested changes
     */
    LoadBalancerState doubting(List<ServicePod> servicePods, boolean served) {
        if (look.filter(ObservedBackends::first).isEmpty()) {
            return this;
        }
        SortedMap<EndpointAddress, Instant> open = new TreeMap<>(doubts);
        for (ServicePod servicePod : served ? servicePods : List.<ServicePod>of()) {
            servicePod.addresses().stream()
                    .filter(address -> look.get().at(address).isEmpty())
                    .forEach(
                            address -> open.putIfAbsent(address, look.get().at().plus(DOUBT)));
        }
        return new LoadBalancerState(
                loadBalancer,
                look.map(ObservedBackends::known),
                pendingChanges,
                weights,
                open,
                touched,
                trouble,
                absence);
    }

    /** Why its state is not known now; a plugin that is busy with other calls is no reason. */
    Optional<Wait> unread() {
        return trouble.map(ObservationFailure::why).filter(why -> why.reason() != Reason.PLUGIN_BUSY);
    }

    /** Why the provider refuses to put the address on, or to take it off. */
    Optional<Wait> refused(EndpointAddress address, boolean on) {
        return Optional.ofNullable(pendingChanges.get(address))
                .filter(pendingChange -> pendingChange.on() == on)
                .flatMap(PendingChange::told)
                .filter(why -> why.reason() == Reason.TRAFFIC_REFUSED);
    }

    /** The addresses of this IP, on any port, that were put on and may still appear. */
    SortedSet<EndpointAddress> awaited(String ip) {
        EndpointAddress first = new EndpointAddress(ip, 0);
        EndpointAddress last = new EndpointAddress(ip, Integer.MAX_VALUE);
        SortedSet<EndpointAddress> awaited =
                new TreeSet<>(doubts.subMap(first, last).keySet());
        awaited.addAll(touched.subSet(first, last));
        return awaited;
    }

    /** A part of this load balancer by itself: a lost request for the whole may take effect in the part. */
    LoadBalancerState part(LoadBalancer part) {
        return part.isAt(loadBalancer)
                ? at(part)
                : new LoadBalancerState(
                        part,
                        Optional.empty(),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        doubts,
                        touched,
                        Optional.empty(),
                        Optional.empty());
    }

    /** True if the host knows of no backend that was ever put on here. */
    boolean isUnused() {
        return look.filter(known -> known.addresses().values().stream().anyMatch(ObservedAddress::isOurs))
                        .isEmpty()
                && weights.isEmpty()
                && touched.isEmpty()
                && doubts.isEmpty();
    }

    /** The provider proves that the load balancer does not exist. */
    LoadBalancerState absent(ObservationTicket request, Wait why, Duration after, Instant now) {
        LoadBalancerState troubled = troubled(why, after, now);
        ProvenAbsence shown =
                new ProvenAbsence(absence.map(ProvenAbsence::since).orElse(request.at()), request);
        return new LoadBalancerState(
                loadBalancer, look, pendingChanges, weights, doubts, touched, troubled.trouble, Optional.of(shown));
    }

    /** For a load balancer where no Pod is to serve: if its absence has been proven for long enough, it has no backends. */
    LoadBalancerState believing() {
        return absence.filter(
                        shown -> !shown.request().at().isBefore(shown.since().plus(PROVEN)))
                .map(shown -> new LoadBalancerState(
                        loadBalancer,
                        Optional.of(ObservedBackends.empty(shown.request())),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        new TreeSet<>(),
                        Optional.empty(),
                        absence))
                .orElse(this);
    }

    LoadBalancerState observed(ObservationTicket request, Observation.Known observation, Instant now) {
        ObservedBackends next = ObservedBackends.of(request, now, observation, look);
        SortedMap<EndpointAddress, PendingChange> left = new TreeMap<>();
        pendingChanges.forEach((address, pendingChange) -> {
            if (!isReached(pendingChange, next.at(address))) {
                left.put(address, hasMoved(address, next) ? pendingChange.moved(now) : pendingChange);
            } else if (!pendingChange.isSeenAt(next.at())) {
                left.put(address, pendingChange.awaitingObservation());
            }
        });
        SortedMap<EndpointAddress, Integer> known = new TreeMap<>(weights);
        known.keySet().retainAll(next.addresses().keySet());
        SortedMap<EndpointAddress, Instant> open = new TreeMap<>(doubts);
        open.keySet().removeAll(next.addresses().keySet());
        open.values().removeIf(until -> !until.isAfter(now));
        return new LoadBalancerState(
                loadBalancer,
                Optional.of(next),
                left,
                known,
                open,
                new TreeSet<>(),
                Optional.empty(),
                Optional.empty());
    }

    private boolean hasMoved(EndpointAddress address, ObservedBackends next) {
        return !next.at(address)
                .map(ObservedAddress::serving)
                .equals(look.flatMap(before -> before.at(address)).map(ObservedAddress::serving));
    }

    private static boolean isReached(PendingChange pendingChange, Optional<ObservedAddress> seen) {
        return pendingChange.on()
                ? seen.filter(ObservedAddress::isOn).isPresent()
                : seen.filter(ObservedAddress::isOurs).isEmpty();
    }

    /** There was no answer: the present state is not known. */
    LoadBalancerState troubled(Wait why, Duration after, Instant now) {
        boolean isBusy = why.reason() == Reason.PLUGIN_BUSY;
        int times = trouble.map(ObservationFailure::times).orElse(0) + (isBusy ? 0 : 1);
        Duration pause = PendingChange.patience(times, after);
        return new LoadBalancerState(
                loadBalancer,
                look,
                pendingChanges,
                weights,
                doubts,
                touched,
                Optional.of(new ObservationFailure(why, now.plus(pause), times)),
                absence);
    }

    /** No backend of ours is there, and none may appear. */
    boolean isEmpty() {
        return look.filter(known -> known.addresses().values().stream().noneMatch(ObservedAddress::isOurs))
                        .isPresent()
                && touched.isEmpty()
                && doubts.isEmpty();
    }

    /** When an observation is due if nothing happens. */
    Optional<Instant> due() {
        if (trouble.isPresent()) {
            return trouble.map(ObservationFailure::until);
        }
        return pendingChanges.values().stream().map(PendingChange::due).min(Comparator.naturalOrder());
    }

    /** Only changes of these addresses are still wanted. */
    LoadBalancerState keeping(Collection<EndpointAddress> wanted) {
        if (wanted.containsAll(pendingChanges.keySet())) {
            return this;
        }
        SortedMap<EndpointAddress, PendingChange> left = new TreeMap<>(pendingChanges);
        left.keySet().retainAll(wanted);
        return new LoadBalancerState(loadBalancer, look, left, weights, doubts, touched, trouble, absence);
    }

    /** After changes were requested; a plugin that is busy was not called. */
    LoadBalancerState applied(List<BackendChange> changes, Answer<List<BackendResult>> answer, Instant now) {
        return answer instanceof NoAnswer<List<BackendResult>> missing && missing.isBusy()
                ? troubled(missing.why(), missing.after(), now)
                : AppliedChanges.to(this, changes, answer, now);
    }
}
