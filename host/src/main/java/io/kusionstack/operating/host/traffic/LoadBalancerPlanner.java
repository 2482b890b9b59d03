package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Plans the changes at one load balancer, given its last observation. Static and pure. One instance lives for one plan and collects
 * it.
 */
final class LoadBalancerPlanner {
    /** How often a load balancer is observed though no change is under way there, because other parties may change it. */
    static final Duration RESYNC = Duration.ofSeconds(30);

    /** In milliseconds: how far the periods of Services differ, so that they are not all observed at once. */
    private static final int JITTER = 5_000;

    /** How old an observation may be at rest: Services of one load balancer share their reads. */
    static final Duration SHARED = Duration.ofSeconds(15);

    /** How often a load balancer is observed while a Pod waits for the action of others there. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private final LoadBalancerState state;
    private final TrafficSnapshot snapshot;
    private final Desired desired;
    private final Set<String> onElsewhere;
    private final Set<String> onHere = new HashSet<>();
    private final Map<String, BackendState> pods = new HashMap<>();
    private final ObservationSchedule schedule;
    private final ExplainedBackends explained;
    private Optional<Boolean> enough = Optional.empty();

    private LoadBalancerPlanner(
            LoadBalancerState state, Desired desired, Set<String> onElsewhere, TrafficSnapshot snapshot) {
        this.state = state;
        this.desired = desired;
        this.onElsewhere = onElsewhere;
        this.snapshot = snapshot;
        this.schedule = new ObservationSchedule(state, snapshot.now());
        this.explained = new ExplainedBackends(state, snapshot.managedService());
    }

    /** @param on uids of the Pods that get requests where they are to serve, if that is another load balancer */
    static LoadBalancerPlan plan(LoadBalancerState state, Desired desired, Set<String> on, TrafficSnapshot snapshot) {
        return new LoadBalancerPlanner(state, desired, on, snapshot).plan();
    }

    private LoadBalancerPlan plan() {
        return state.look().map(this::observed).orElseGet(this::unobserved);
    }

    private LoadBalancerPlan unobserved() {
        snapshot.servicePods().forEach(servicePod -> pods.put(servicePod.pod().uid(), unknown(servicePod)));
        schedule.first();
        return new LoadBalancerPlan(
                state.loadBalancer(),
                List.of(),
                List.of(),
                List.of(),
                new TreeSet<>(),
                pods,
                schedule.look(),
                schedule.lookAgain(),
                state.isEmpty());
    }

    private BackendState unknown(ServicePod servicePod) {
        boolean wanted = desired == Desired.SERVE && servicePod.isWanted();
        Wait wait = state.trouble()
                .map(ObservationFailure::why)
                .orElseGet(() -> WaitMessages.notLookedYet(state.loadBalancer().plugin(), wanted));
        return new BackendState(
                false, false, BackendState.NO_LOOK, List.of(wait), Optional.empty(), explained.unknown());
    }

    private LoadBalancerPlan observed(ObservedBackends observed) {
        BackendChanges changes =
                new BackendChanges(state, observed, BackendOwnership.of(observed, snapshot.servicePods()), schedule);
        for (ServicePod servicePod : snapshot.servicePods()) {
            if (servicePod.isWanted()) {
                BackendState wanted = state(servicePod, changes);
                pods.put(servicePod.pod().uid(), wanted);
                if (wanted.on()) {
                    onHere.add(servicePod.pod().uid());
                }
            }
        }
        for (ServicePod servicePod : snapshot.servicePods()) {
            if (!servicePod.isWanted()) {
                pods.put(servicePod.pod().uid(), state(servicePod, changes));
            }
        }
        changes.ownership.leftovers().forEach(address -> changes.takeOff(address, changes.dead));
        if (!snapshot.servicePods().isEmpty()) {
            schedule.resync(observed, period());
        }
        return new LoadBalancerPlan(
                state.loadBalancer(),
                changes.dead,
                changes.on,
                changes.off,
                changes.moving,
                pods,
                schedule.look(),
                schedule.lookAgain(),
                state.isEmpty());
    }

    private Duration period() {
        int own = Math.floorMod(snapshot.managedService().ref().hashCode(), JITTER);
        return RESYNC.plusMillis(own);
    }

    private BackendState state(ServicePod servicePod, BackendChanges changes) {
        WantedBackends wanted = new WantedBackends(state, changes, explained, snapshot.managedService());
        UnwantedBackends unwanted = new UnwantedBackends(state, changes, explained, snapshot.managedService());
        if (!servicePod.isWanted()) {
            return mayLeave(servicePod) || changes.ownership.of(servicePod).isEmpty()
                    ? unwanted.of(servicePod)
                    : wanted.kept(servicePod, List.of(ServiceWaits.last(snapshot.managedService())));
        }
        return switch (desired) {
            case SERVE -> wanted.of(servicePod);
            case FREEZE -> wanted.kept(servicePod, List.of());
            case DRAIN ->
                onElsewhere.contains(servicePod.pod().uid())
                        ? unwanted.of(servicePod)
                        : wanted.kept(servicePod, List.of());
        };
    }

    /**
     * A Pod that could serve and is only not selected any more waits until all selected Pods serve, or as many as are to leave: an
     * edit of the Service alone never empties it, unless the Service says that it may.
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
}
