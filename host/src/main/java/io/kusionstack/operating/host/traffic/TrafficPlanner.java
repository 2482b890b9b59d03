package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Plans for one Service which backends are put on and taken off at each of its load balancers, which finalizers are added and removed,
 * and why Pods wait. Static and pure.
 *
 * <p>A finalizer depends on observations only: it is added once every port of a Pod that is to serve was observed on, and removed once
 * an observation that began after the Pod had to be off showed no backend of it at any load balancer.
 */
final class TrafficPlanner {
    private final TrafficSnapshot snapshot;
    private final List<LoadBalancerPlan> loadBalancers;
    private final long servingLook;
    private final FinalizerMoves finalizers;
    private final Predicate<PodRecord> mayHavePutOn;
    private final List<Action> edits = new ArrayList<>();
    private final List<PodPlan> pods = new ArrayList<>();
    private Optional<Duration> lookAgain = Optional.empty();

    private TrafficPlanner(TrafficSnapshot snapshot, List<LoadBalancerPlan> loadBalancers) {
        this.snapshot = snapshot;
        this.loadBalancers = loadBalancers;
        this.servingLook = servingLook(snapshot);
        this.finalizers = new FinalizerMoves(snapshot.managedService());
        this.mayHavePutOn = snapshot.mayHavePutOn();
    }

    static TrafficPlan plan(TrafficSnapshot snapshot) {
        List<LoadBalancerPlan> loadBalancers = new ArrayList<>();
        Set<String> on = Set.of();
        // the one that serves comes first: a Pod leaves another load balancer only once it is on there
        for (LoadBalancerState loadBalancer : snapshot.loadBalancers()) {
            Desired role = role(loadBalancer.loadBalancer(), snapshot);
            LoadBalancerPlan plan = LoadBalancerPlanner.plan(loadBalancer, role, on, snapshot);
            loadBalancers.add(plan);
            if (role == Desired.SERVE && snapshot.loadBalancers().size() > 1) {
                on = plan.serving();
            }
        }
        return new TrafficPlanner(snapshot, loadBalancers).plan();
    }

    private static Desired role(LoadBalancer loadBalancer, TrafficSnapshot snapshot) {
        if (snapshot.obstacle().isPresent()) {
            return Desired.FREEZE;
        }
        return snapshot.serving().filter(loadBalancer::isAt).isPresent() ? Desired.SERVE : Desired.DRAIN;
    }

    private TrafficPlan plan() {
        snapshot.servicePods().forEach(this::servicePod);
        loadBalancers.forEach(loadBalancer -> loadBalancer.lookAgain().ifPresent(this::look));
        boolean clean = !snapshot.managedService().wanted()
                && pods.stream().noneMatch(PodPlan::marked)
                && loadBalancers.stream().allMatch(LoadBalancerPlan::empty);
        return new TrafficPlan(loadBalancers, edits, pods, lookAgain, clean);
    }

    private void look(Duration after) {
        lookAgain = Plan.sooner(lookAgain, Optional.of(after));
    }

    private void servicePod(ServicePod servicePod) {
        Optional<BackendState> serving = serving(servicePod);
        long clearAt = clearAt(servicePod);
        boolean clear = clearAt > servicePod.offSince();
        Set<Wait> waits = new LinkedHashSet<>();
        if (servicePod.isWanted()) {
            serving.filter(state -> !state.on())
                    .ifPresent(state -> snapshot.unrecorded().ifPresent(waits::add));
            serving.ifPresent(state -> waits.addAll(state.waits()));
        } else if (!clear) {
            states(servicePod).forEach(state -> waits.addAll(state.waits()));
        }
        if (servicePod.targeted() && (servicePod.isWanted() || !clear)) {
            snapshot.obstacle().ifPresent(waits::add);
        }
        boolean marked =
                servicePod.pod().finalizers().contains(snapshot.managedService().finalizer())
                        || !servicePod.targeted() && finalizers.isNamed(servicePod.pod());
        PodTrafficStatus known = new PodTrafficStatus(
                clearAt, onAt(serving), List.copyOf(waits), ahead(servicePod, serving), shown(servicePod, serving));
        pods.add(new PodPlan(servicePod, known, !servicePod.isWanted() && clear, marked));
        if (servicePod.isWanted()) {
            finalizers.added(servicePod, serving).map(Action.EditPod::new).ifPresent(edits::add);
        } else if (clear) {
            release(servicePod);
        }
    }

    private void release(ServicePod servicePod) {
        boolean isProtected =
                servicePod.pod().finalizers().contains(snapshot.managedService().finalizer());
        if (isProtected && servicePod.deferred().isPresent()) {
            look(servicePod.deferred().get());
        } else {
            finalizers.removed(servicePod).map(Action.EditPod::new).ifPresent(edits::add);
        }
    }

    private long onAt(Optional<BackendState> serving) {
        return serving.filter(BackendState::on).isPresent() ? servingLook : BackendState.NO_LOOK;
    }

    /** The ticket of the observation at the load balancer that serves. */
    private static long servingLook(TrafficSnapshot snapshot) {
        return snapshot.loadBalancers().stream()
                .filter(known ->
                        snapshot.serving().filter(known.loadBalancer()::isAt).isPresent())
                .flatMap(known -> known.look().stream())
                .mapToLong(ObservedBackends::ticket)
                .findFirst()
                .orElse(BackendState.NO_LOOK);
    }

    /** Why a Pod that gets requests would not get them again: it is refused where it is to serve, or is not selected any more. */
    private Optional<Wait> ahead(ServicePod servicePod, Optional<BackendState> serving) {
        if (!servicePod.targeted()) {
            return states(servicePod).stream()
                    .filter(BackendState::sentTo)
                    .flatMap(state -> state.waits().stream())
                    .filter(wait -> wait.reason() == Reason.LAST_BACKEND)
                    .findFirst();
        }
        return serving.filter(state -> servicePod.isWanted())
                .flatMap(BackendState::refused)
                .filter(why -> states(servicePod).stream().anyMatch(BackendState::sentTo));
    }

    private List<BackendState> states(ServicePod servicePod) {
        List<BackendState> states = new ArrayList<>();
        for (LoadBalancerPlan loadBalancer : loadBalancers) {
            Optional.ofNullable(loadBalancer.pods().get(servicePod.pod().uid())).ifPresent(states::add);
        }
        return states;
    }

    private Optional<BackendState> serving(ServicePod servicePod) {
        for (LoadBalancerPlan loadBalancer : loadBalancers) {
            if (snapshot.serving().filter(loadBalancer.loadBalancer()::isAt).isPresent()) {
                return Optional.ofNullable(
                        loadBalancer.pods().get(servicePod.pod().uid()));
            }
        }
        return Optional.empty();
    }

    /** If a load balancer that may have served is not known, nothing proves that the Pod is off. */
    private long clearAt(ServicePod servicePod) {
        if (servicePod.targeted() && snapshot.obstacle().isPresent() && mayHavePutOn.test(servicePod.pod())) {
            return BackendState.NO_LOOK;
        }
        long clearAt = BackendState.NEVER_THERE;
        boolean mayBeThere = mayHavePutOn.test(servicePod.pod());
        for (int i = 0; i < loadBalancers.size(); i++) {
            BackendState state =
                    loadBalancers.get(i).pods().get(servicePod.pod().uid());
            boolean isKnown = snapshot.loadBalancers().get(i).look().isPresent();
            if (state != null && (isKnown || mayBeThere) && !isOthers(servicePod, state)) {
                clearAt = Math.min(clearAt, state.clearAt());
            }
        }
        return clearAt;
    }

    /** A backend that another party put on does not belong to a Service that never put the Pod on. */
    private boolean isOthers(ServicePod servicePod, BackendState state) {
        return !servicePod.targeted()
                && !mayHavePutOn.test(servicePod.pod())
                && !state.waits().isEmpty()
                && state.waits().stream().allMatch(wait -> wait.reason() == Reason.FOREIGN_BACKEND);
    }

    /** The load balancer where the Pod is to serve, and every other where it still has a backend. */
    private List<Explanation.ExplainedTraffic> shown(ServicePod servicePod, Optional<BackendState> serving) {
        List<Explanation.ExplainedTraffic> shown = new ArrayList<>();
        for (BackendState state : states(servicePod)) {
            boolean isServing = serving.filter(state::equals).isPresent();
            if (isServing || state.clearAt() == BackendState.NO_LOOK) {
                shown.add(state.shown());
            }
        }
        if (shown.isEmpty() && servicePod.targeted()) {
            shown.add(new Explanation.ExplainedTraffic(
                    snapshot.managedService().name(),
                    snapshot.managedService().plugin(),
                    "",
                    "Unknown",
                    Optional.empty(),
                    "",
                    Optional.empty()));
        }
        return shown;
    }
}
