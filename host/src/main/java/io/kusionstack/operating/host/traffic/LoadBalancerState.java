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
 * @param look empty before the first answer
 * @param pendingChanges what is on its way
 * @param weights what the provider last took, for addresses that are still there
 * @param doubts until when something that was put on may still appear, though no look has shown it
 * @param touched what was asked for since the observation: there the observation proves nothing
 * @param trouble why there is no newer look
 * @param absence since when the provider proves that there is no such load balancer
 */
record LoadBalancerState(
        LoadBalancer loadBalancer,
        Optional<ObservedBackends> look,
        SortedMap<EndpointAddress, PendingChange> pendingChanges,
        SortedMap<EndpointAddress, Integer> weights,
        SortedMap<EndpointAddress, Instant> doubts,
        SortedSet<EndpointAddress> touched,
        Optional<ObservationFailure> trouble,
        Optional<Absence> absence) {
    /** How long a request that got lost may take to arrive, and one that was taken to show. */
    static final Duration DOUBT = Duration.ofSeconds(10);

    /** How long a proof has to stand before it is believed where something was put on: a list may be wrong once, too. */
    private static final Duration PROVEN = Duration.ofSeconds(30);

    LoadBalancerState {
        pendingChanges = Collections.unmodifiableSortedMap(pendingChanges);
        weights = Collections.unmodifiableSortedMap(weights);
        doubts = Collections.unmodifiableSortedMap(doubts);
        touched = Collections.unmodifiableSortedSet(touched);
    }

    /**
     * @param until not to be asked again before that
     * @param times how often there was no answer, in a row
     */
    record ObservationFailure(Wait why, Instant until, int times) {}

    /** @param asked when that was shown last, and under which ticket */
    record Absence(Instant since, ObservedBackends.ObservationTicket asked) {}

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

    /** The Service describes the same load balancer in another way: it is looked at anew, and what was refused may pass now. */
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
     * After a first look: what a host that died had asked for may still appear where that shows nothing.
     *
     * @param served false for a load balancer where nobody can have asked for anything
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

    /** Why it is not known how it looks now; at work for others is no reason. */
    Optional<Wait> unread() {
        return trouble.map(ObservationFailure::why).filter(why -> why.reason() != Reason.PLUGIN_BUSY);
    }

    /** Why the provider does not take this address on, or off. */
    Optional<Wait> refused(EndpointAddress address, boolean on) {
        return Optional.ofNullable(pendingChanges.get(address))
                .filter(pendingChange -> pendingChange.on() == on)
                .flatMap(PendingChange::told)
                .filter(why -> why.reason() == Reason.TRAFFIC_REFUSED);
    }

    /** What was asked for at this IP, on whatever port, and may still appear. */
    SortedSet<EndpointAddress> awaited(String ip) {
        EndpointAddress first = new EndpointAddress(ip, 0);
        EndpointAddress last = new EndpointAddress(ip, Integer.MAX_VALUE);
        SortedSet<EndpointAddress> awaited =
                new TreeSet<>(doubts.subMap(first, last).keySet());
        awaited.addAll(touched.subSet(first, last));
        return awaited;
    }

    /** A part of this load balancer by itself: what got lost on its way here may arrive there. */
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

    /** True if nothing that the host knows of was ever put on here. */
    boolean isUnused() {
        return look.filter(known ->
                                known.addresses().values().stream().anyMatch(ObservedBackends.ObservedAddress::isOurs))
                        .isEmpty()
                && weights.isEmpty()
                && touched.isEmpty()
                && doubts.isEmpty();
    }

    /** There is no such load balancer, says the provider, and proves it. */
    LoadBalancerState absent(ObservedBackends.ObservationTicket asked, Wait why, Duration after, Instant now) {
        LoadBalancerState troubled = troubled(why, after, now);
        Absence shown = new Absence(absence.map(Absence::since).orElse(asked.at()), asked);
        return new LoadBalancerState(
                loadBalancer, look, pendingChanges, weights, doubts, touched, troubled.trouble, Optional.of(shown));
    }

    /** Where nobody is to serve: a load balancer that was proven not to be for long enough holds nothing. */
    LoadBalancerState believing() {
        return absence.filter(
                        shown -> !shown.asked().at().isBefore(shown.since().plus(PROVEN)))
                .map(shown -> new LoadBalancerState(
                        loadBalancer,
                        Optional.of(ObservedBackends.empty(shown.asked())),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        new TreeSet<>(),
                        Optional.empty(),
                        absence))
                .orElse(this);
    }

    LoadBalancerState observed(ObservedBackends.ObservationTicket asked, Observation.Known observation, Instant now) {
        ObservedBackends next = ObservedBackends.of(asked, now, observation, look);
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
                .map(ObservedBackends.ObservedAddress::serving)
                .equals(look.flatMap(before -> before.at(address)).map(ObservedBackends.ObservedAddress::serving));
    }

    private static boolean isReached(PendingChange pendingChange, Optional<ObservedBackends.ObservedAddress> seen) {
        return pendingChange.on()
                ? seen.filter(ObservedBackends.ObservedAddress::isOn).isPresent()
                : seen.filter(ObservedBackends.ObservedAddress::isOurs).isEmpty();
    }

    /** No answer: nothing is known of now. */
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

    /** Nothing of ours is there, nor on its way. */
    boolean isEmpty() {
        return look.filter(known ->
                                known.addresses().values().stream().noneMatch(ObservedBackends.ObservedAddress::isOurs))
                        .isPresent()
                && touched.isEmpty()
                && doubts.isEmpty();
    }

    /** When something there is due though nothing happens. */
    Optional<Instant> due() {
        if (trouble.isPresent()) {
            return trouble.map(ObservationFailure::until);
        }
        return pendingChanges.values().stream().map(PendingChange::due).min(Comparator.naturalOrder());
    }

    /** Only these are still to be brought about. */
    LoadBalancerState keeping(Collection<EndpointAddress> wanted) {
        if (wanted.containsAll(pendingChanges.keySet())) {
            return this;
        }
        SortedMap<EndpointAddress, PendingChange> left = new TreeMap<>(pendingChanges);
        left.keySet().retainAll(wanted);
        return new LoadBalancerState(loadBalancer, look, left, weights, doubts, touched, trouble, absence);
    }

    /** After changes were requested; a plugin that is busy was not asked. */
    LoadBalancerState applied(List<BackendChange> changes, Answer<List<BackendResult>> answer, Instant now) {
        return answer instanceof NoAnswer<List<BackendResult>> missing && missing.isBusy()
                ? troubled(missing.why(), missing.after(), now)
                : AppliedChanges.to(this, changes, answer, now);
    }
}
