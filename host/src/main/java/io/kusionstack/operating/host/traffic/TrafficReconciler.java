package io.kusionstack.operating.host.traffic;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.kusionstack.operating.host.kernel.Durations;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kernel.Reconciler;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.TrafficPlugins;
import io.kusionstack.operating.plugin.traffic.Employer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Looks after one Service: observes each load balancer where its Pods may have backends, lets {@link TrafficPlanner} decide, moves
 * finalizers, takes off and puts on, and comes back until the provider shows it. Called on one thread per Service; blocks
 * while the plugin or the API server answers.
 */
public final class TrafficReconciler implements Reconciler {
    private static final Duration SOON = Duration.ofMillis(2);
    /** A cache tells its listeners a moment after it changed. */
    private static final Duration OUT_OF_STEP = Duration.ofMillis(100);

    private final TrafficCaches caches;
    private final PodTraffic traffic;
    private final LoadBalancerClient client;
    private final TrafficObserver observer;
    private final TrafficPublisher publisher;
    private final ServiceRecords records;
    private final Actuator actuator;
    private final ServiceEvents events;
    private final WaitingGauge waiting;
    private final Map<Key, ServiceMemory> memories = new ConcurrentHashMap<>();

    /**
     * The caches that Services and their Pods are read from.
     *
     * @param plainServices Services without a plugin that may hold a Pod
     */
    public record TrafficCaches(
            ObjectCache<Service> services, ObjectCache<EndpointSlice> slices, PodCache pods, Endpoints plainServices) {}

    /** @param traffic is told of every observation */
    public TrafficReconciler(
            TrafficCaches caches,
            PodTraffic traffic,
            TrafficPlugins plugins,
            Actuator actuator,
            TrafficMetrics metrics) {
        ServicePods servicePods = new ServicePods(caches.pods(), caches.slices(), caches.plainServices(), traffic);
        this.caches = caches;
        this.traffic = traffic;
        this.client = new LoadBalancerClient(plugins, traffic, metrics, traffic.clock());
        this.observer = new TrafficObserver(client, servicePods);
        this.publisher = new TrafficPublisher(traffic, caches.pods());
        this.records = new ServiceRecords(actuator, servicePods, traffic.services(), traffic.clock());
        this.actuator = actuator;
        this.events = new ServiceEvents(actuator);
        this.waiting = new WaitingGauge(metrics);
    }

    /**
     * Has {@code enqueue} called with the key of every Service that a change concerns; to be called once, before the start
     * and after {@link PodTraffic#listenTo}.
     */
    public void watch(Consumer<Key> enqueue) {
        caches.services().onChange((before, after) -> {
            Service service = after == null ? before : after;
            if (service != null) {
                enqueue.accept(ManagedService.of(service).key());
            }
            traffic.claims().waitingFor(before, after).forEach(enqueue);
        });
        caches.pods()
                .onChange((before, after) ->
                        ServiceMapper.of(before, after, traffic).forEach(enqueue));
    }

    @Override
    public Outcome reconcile(Key key, Instant now) {
        Optional<ManagedService> stored = caches.services().get(key).map(ManagedService::of);
        Optional<ManagedService> departed = traffic.services().departed(key);
        if (!traffic.services().isInStep(key, stored)) {
            return Outcome.requeueAfter(OUT_OF_STEP, "Traffic");
        }
        ManagedService managedService = stored.or(() -> departed).orElseGet(() -> ManagedService.gone(key));
        ServiceMemory memory = memories.getOrDefault(key, ServiceMemory.NONE);
        Optional<Resolution> resolution = managedService.isManaged()
                ? Optional.of(traffic.claims().unlessTaken(managedService, client.find(managedService, memory.found())))
                : Optional.empty();
        Optional<LoadBalancer> serving =
                resolution.filter(known -> managedService.wanted()).flatMap(LoadBalancerClient::loadBalancer);
        List<LoadBalancer> recorded = LoadBalancers.recorded(managedService, departed);
        List<LoadBalancerState> loadBalancers = LoadBalancers.of(managedService, recorded, memory, resolution);
        if (managedService.wanted()) {
            events.restored(managedService, LoadBalancers.takenOut(loadBalancers, recorded, memory));
        } else if (managedService.exists() && !memory.targeted().isEmpty()) {
            events.warn(managedService, ServiceWaits.withdrawn(managedService));
        }
        memory = memory.naming(recorded, resolution.flatMap(LoadBalancerClient::loadBalancer));
        if (managedService.wanted()) {
            loadBalancers = LoadBalancers.remaining(loadBalancers, serving);
        }
        departed.filter(before -> managedService.exists() && managedService.hasRecord())
                .ifPresent(traffic::forget);
        Optional<Resolution.Unresolved> unknown = resolution.flatMap(LoadBalancerClient::unknown);
        boolean isFirst = !memories.containsKey(key);
        return act(key, new TrafficRound(managedService, departed, memory, serving, unknown, isFirst), loadBalancers);
    }

    private Outcome act(Key key, TrafficRound round, List<LoadBalancerState> before) {
        ObservedPlan observedPlan = observer.observe(round, before);
        TrafficPlan plan = observedPlan.plan();
        Employer now = round.managedService().employer();
        Optional<Employer> described = traffic.statuses().described(key);
        boolean isToAsk = plan.asksForMore() && !described.equals(Optional.of(now));
        publisher.publish(
                key,
                round,
                observedPlan,
                isToAsk ? described.orElse(ManagedService.gone(key).employer()) : now);
        waiting.note(key, round.managedService().plugin(), plan);
        ServiceMemory memory = round.memory().pods(plan.targeted(), observedPlan.leaving());
        if (round.managedService().wanted()) {
            memory = records.record(round.managedService(), memory, observedPlan.loadBalancers());
        }
        round.leftBehind(before, observedPlan).ifPresent(why -> events.warn(round.managedService(), why));
        if (!plan.edits().isEmpty()) {
            actuator.apply(new Plan(plan.edits(), Optional.empty(), Map.of()));
        }
        boolean isRecorded =
                !round.managedService().wanted() || memory.unrecorded().isEmpty();
        List<LoadBalancerState> after = apply(
                observedPlan,
                before,
                loadBalancer -> isRecorded
                        || LoadBalancers.isRecorded(
                                round.managedService(), round.memory().recorded(), loadBalancer));
        if (plan.clean()) {
            return removeFinalizer(key, round);
        }
        answered(key, round, observedPlan, after, isToAsk);
        memory = tell(round, memory.loadBalancers(after), plan.foreign());
        memories.put(key, memory);
        return outcome(round, plan, memory);
    }

    /** The answer to a change counts at once: a Pod that could not be put on again must not leave. */
    private void answered(
            Key key, TrafficRound round, ObservedPlan observedPlan, List<LoadBalancerState> after, boolean wasToAsk) {
        boolean isAsked = wasToAsk
                && after.stream().allMatch(loadBalancer -> loadBalancer.unread().isEmpty());
        if (isAsked || !LoadBalancers.problem(after).equals(LoadBalancers.problem(observedPlan.loadBalancers()))) {
            ServiceMemory memory = round.memory().pods(observedPlan.plan().targeted(), observedPlan.leaving());
            publisher.publish(
                    key,
                    round,
                    observer.plan(round.with(memory), after),
                    round.managedService().employer());
        }
    }

    /** Backends where no Pod answers go first, those that still answer last; a failure at one load balancer does not hold up the next. */
    private List<LoadBalancerState> apply(
            ObservedPlan observedPlan, List<LoadBalancerState> before, Predicate<LoadBalancer> isRecorded) {
        List<LoadBalancerState> after = new ArrayList<>();
        for (int i = 0; i < observedPlan.loadBalancers().size(); i++) {
            LoadBalancerState loadBalancer = observedPlan.loadBalancers().get(i);
            LoadBalancerPlan plan = observedPlan.plan().loadBalancers().get(i);
            boolean isLooked = loadBalancer.look().isPresent()
                    && !loadBalancer.look().equals(before.get(i).look());
            if (isLooked && loadBalancer.trouble().isEmpty()) {
                loadBalancer = client.apply(loadBalancer, plan.dead());
                loadBalancer = client.apply(
                        loadBalancer, isRecorded.test(loadBalancer.loadBalancer()) ? plan.on() : List.of());
                loadBalancer = client.apply(loadBalancer, plan.off());
            }
            after.add(loadBalancer);
        }
        return after;
    }

    private Outcome removeFinalizer(Key key, TrafficRound round) {
        ManagedService managedService = round.managedService();
        forget(key, round);
        round.departed().ifPresent(traffic::forget);
        traffic.statuses().forget(key);
        waiting.forget(key);
        return managedService.held() && managedService.exists() ? records.remove(managedService) : Outcome.done();
    }

    /** Of a Service that cannot be served only the problem that was told is kept. */
    private void forget(Key key, TrafficRound round) {
        Optional<Wait> misfit = round.managedService().misfit();
        misfit.filter(why -> !round.memory().problem().equals(misfit))
                .ifPresent(why -> events.warn(round.managedService(), why));
        if (misfit.isPresent()) {
            memories.put(key, ServiceMemory.NONE.told(misfit));
        } else {
            memories.remove(key);
        }
    }

    private ServiceMemory tell(TrafficRound round, ServiceMemory memory, Optional<Wait> foreign) {
        Optional<Wait> problem = round.obstacle()
                .or(() -> memory.refusal())
                .or(() -> LoadBalancers.problem(memory.loadBalancers()))
                .or(() -> foreign);
        boolean isGoing = problem.isEmpty() && !round.managedService().wanted();
        if (problem.equals(memory.problem())
                || isGoing
                || !round.managedService().exists()) {
            return memory.told(problem);
        }
        problem.ifPresentOrElse(
                why -> events.warn(round.managedService(), why), () -> events.recovered(round.managedService()));
        return memory.told(problem);
    }

    private Outcome outcome(TrafficRound round, TrafficPlan plan, ServiceMemory memory) {
        Instant now = client.now();
        Optional<Duration> soonest = memory.due().map(due -> Duration.between(now, due));
        Optional<Duration> after = Plan.sooner(
                Plan.sooner(soonest, plan.lookAgain()),
                round.unknown()
                        .filter(unknown -> round.managedService().wanted())
                        .map(Resolution.Unresolved::after));
        boolean droppable =
                round.managedService().wanted() && LoadBalancers.anyEmpty(memory.loadBalancers(), round.serving());
        if (after.isEmpty() && !droppable) {
            return Outcome.done();
        }
        Duration wanted = droppable ? SOON : after.orElse(SOON);
        return Outcome.requeueAfter(Durations.longer(wanted, SOON), "Traffic");
    }
}
