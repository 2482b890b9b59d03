package io.kusionstack.operating.host.traffic;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kernel.Reconciler;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.TrafficPlugins;
import io.kusionstack.operating.plugin.traffic.Employer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    private final TrafficSources sources;
    private final LoadBalancerClient calls;
    private final ServicePods servicePods;
    private final Actuator actuator;
    private final ServiceEvents events;
    private final Consumer<Key> podKeys;
    private final WaitingGauge waiting;
    private final Map<Key, ServiceMemory> memories = new ConcurrentHashMap<>();

    /**
     * Where the facts come from.
     *
     * @param traffic is told of every look
     * @param plainServices who else may hold a Pod
     */
    public record TrafficSources(
            ObjectCache<Service> services,
            ObjectCache<EndpointSlice> slices,
            PodCache pods,
            PodTraffic traffic,
            Endpoints plainServices,
            InstantSource clock) {}

    /** @param podKeys takes the Pods whose lifecycle may go on though nothing is written to them; only enqueues */
    public TrafficReconciler(
            TrafficSources sources,
            TrafficPlugins plugins,
            Actuator actuator,
            Consumer<Key> podKeys,
            TrafficMetrics metrics) {
        this.sources = sources;
        this.calls = new LoadBalancerClient(plugins, sources.traffic(), metrics, sources.clock());
        this.servicePods =
                new ServicePods(sources.pods(), sources.slices(), sources.plainServices(), sources.traffic());
        this.actuator = actuator;
        this.events = new ServiceEvents(actuator);
        this.podKeys = podKeys;
        this.waiting = new WaitingGauge(metrics);
    }

    /**
     * Has {@code enqueue} called with the key of every Service that a change concerns; to be called once, before the start
     * and after {@link PodTraffic#listenTo}.
     */
    public void watch(Consumer<Key> enqueue) {
        sources.services().onChange((before, after) -> {
            Service service = after == null ? before : after;
            if (service != null) {
                enqueue.accept(ManagedService.of(service).key());
            }
            sources.traffic().claims().waitingFor(before, after).forEach(enqueue);
        });
        sources.pods()
                .onChange((before, after) ->
                        ServiceMapper.of(before, after, sources.traffic()).forEach(enqueue));
    }

    @Override
    public Outcome reconcile(Key key, Instant now) {
        Optional<ManagedService> stored = sources.services().get(key).map(ManagedService::of);
        Optional<ManagedService> departed = sources.traffic().services().departed(key);
        if (!sources.traffic().services().isInStep(key, stored)) {
            return Outcome.requeueAfter(OUT_OF_STEP, "Traffic");
        }
        ManagedService managedService = stored.or(() -> departed).orElseGet(() -> ManagedService.gone(key));
        ServiceMemory memory = memories.getOrDefault(key, ServiceMemory.NONE);
        Optional<LoadBalancerClient.Resolution> resolution = managedService.isManaged()
                ? Optional.of(sources.traffic()
                        .claims()
                        .unlessTaken(managedService, calls.find(managedService, memory.found())))
                : Optional.empty();
        Optional<LoadBalancer> serving =
                resolution.filter(known -> managedService.wanted()).flatMap(LoadBalancerClient::loadBalancer);
        List<LoadBalancer> recorded = LoadBalancers.recorded(managedService, departed);
        List<LoadBalancerState> loadBalancers = LoadBalancers.of(managedService, recorded, memory, resolution);
        if (managedService.wanted()) {
            events.restored(managedService, LoadBalancers.takenOut(loadBalancers, recorded, memory));
        } else if (managedService.exists() && !memory.targeted().isEmpty()) {
            events.warn(managedService, WaitMessages.withdrawn(managedService));
        }
        memory = memory.naming(recorded, resolution.flatMap(LoadBalancerClient::loadBalancer));
        if (managedService.wanted()) {
            loadBalancers = LoadBalancers.remaining(loadBalancers, serving);
        }
        departed.filter(before -> managedService.exists() && managedService.hasRecord())
                .ifPresent(sources.traffic()::forget);
        Optional<LoadBalancerClient.Resolution.Unresolved> unknown = resolution.flatMap(LoadBalancerClient::unknown);
        boolean isFirst = !memories.containsKey(key);
        return act(key, new TrafficRound(managedService, departed, memory, serving, unknown, isFirst), loadBalancers);
    }

    private record ObservedPlan(List<LoadBalancerState> loadBalancers, TrafficPlan plan, Map<String, Long> leaving) {}

    private Outcome act(Key key, TrafficRound round, List<LoadBalancerState> before) {
        ObservedPlan observedPlan = look(round, before);
        TrafficPlan plan = observedPlan.plan();
        Employer now = round.managedService().employer();
        Optional<Employer> described = sources.traffic().described(key);
        boolean isToAsk = plan.asksForMore() && !described.equals(Optional.of(now));
        publish(
                key,
                round,
                observedPlan,
                isToAsk ? described.orElse(ManagedService.gone(key).employer()) : now);
        waiting.note(key, round.managedService().plugin(), plan);
        ServiceMemory memory = round.memory().pods(plan.targeted(), observedPlan.leaving());
        if (round.managedService().wanted()) {
            memory = record(round.managedService(), memory, observedPlan.loadBalancers());
        }
        List<String> carrying = plan.carrying(round.managedService().finalizer());
        if (!carrying.isEmpty()) {
            round.leftBehind(before, plan, carrying).ifPresent(why -> events.warn(round.managedService(), why));
        }
        if (!plan.edits().isEmpty()) {
            actuator.apply(new Plan(plan.edits(), Optional.empty(), Map.of()));
        }
        boolean isRecorded =
                !round.managedService().wanted() || memory.unrecorded().isEmpty();
        List<LoadBalancerState> after = apply(
                observedPlan,
                before,
                loadBalancer -> isRecorded
                        || LoadBalancers.stands(
                                round.managedService(), round.memory().recorded(), loadBalancer));
        if (plan.clean()) {
            return removeFinalizer(key, round);
        }
        answered(key, round, observedPlan, after, isToAsk);
        memory = tell(round, memory.loadBalancers(after), plan.foreign());
        memories.put(key, memory);
        return outcome(round, plan, memory);
    }

    /** What the plugin answered to a change counts at once: who could not be put on again must not leave. */
    private void answered(
            Key key, TrafficRound round, ObservedPlan observedPlan, List<LoadBalancerState> after, boolean wasToAsk) {
        boolean isAsked = wasToAsk
                && after.stream().allMatch(loadBalancer -> loadBalancer.unread().isEmpty());
        if (isAsked || !LoadBalancers.problem(after).equals(LoadBalancers.problem(observedPlan.loadBalancers()))) {
            ServiceMemory memory = round.memory().pods(observedPlan.plan().targeted(), observedPlan.leaving());
            publish(
                    key,
                    round,
                    plan(round.with(memory), after),
                    round.managedService().employer());
        }
    }

    /** Written before anything is put on there; what cannot be written keeps nothing from being taken off. */
    private ServiceMemory record(
            ManagedService managedService, ServiceMemory memory, List<LoadBalancerState> loadBalancers) {
        Instant now = calls.now();
        List<LoadBalancer> named = LoadBalancers.recordable(loadBalancers, memory.recorded());
        ServiceRecord record =
                new ServiceRecord(managedService, named, servicePods.names(managedService, memory, !named.isEmpty()));
        Optional<Action> write = record.due(memory.recordedAt(), now);
        if (write.isEmpty()) {
            return memory.written();
        }
        if (memory.unrecorded().filter(known -> known.until().isAfter(now)).isPresent()) {
            return memory;
        }
        Applied stored = actuator.apply(Plan.of(write.get()));
        return stored.failures().isEmpty()
                ? memory.recorded(now)
                : memory.unrecorded(
                        WaitMessages.unrecorded(
                                managedService, stored.failures().getFirst()),
                        now);
    }

    private ObservedPlan look(TrafficRound round, List<LoadBalancerState> loadBalancers) {
        Instant now = calls.now();
        if (!loadBalancers.isEmpty()
                && loadBalancers.stream().allMatch(loadBalancer -> ObservationSchedule.isDue(loadBalancer, now))) {
            return plan(
                    round,
                    loadBalancers.stream()
                            .map(loadBalancer -> calls.look(loadBalancer, Duration.ZERO))
                            .toList());
        }
        ObservedPlan observedPlan = plan(round, loadBalancers);
        List<LoadBalancerState> known = loadBalancers;
        Set<LoadBalancer> seen = new HashSet<>();
        // what one shows may make another due: who is seen on at the new load balancer leaves the old one
        int before;
        do {
            before = seen.size();
            known = lookAtDue(known, observedPlan.plan(), seen);
            observedPlan = seen.size() > before ? plan(round, known) : observedPlan;
        } while (seen.size() > before);
        return observedPlan;
    }

    private List<LoadBalancerState> lookAtDue(
            List<LoadBalancerState> loadBalancers, TrafficPlan plan, Set<LoadBalancer> seen) {
        List<LoadBalancerState> after = new ArrayList<>();
        for (int i = 0; i < loadBalancers.size(); i++) {
            LoadBalancerState loadBalancer = loadBalancers.get(i);
            Optional<Duration> due =
                    plan.loadBalancers().get(i).look().filter(age -> seen.add(loadBalancer.loadBalancer()));
            after.add(due.map(age -> calls.look(loadBalancer, age)).orElse(loadBalancer));
        }
        return after;
    }

    /** Pods are read anew for each plan: while a plugin answered, they have changed. */
    private ObservedPlan plan(TrafficRound round, List<LoadBalancerState> known) {
        Instant now = calls.now();
        ServicePods.FoundPods found = servicePods.find(round.managedService(), round.memory(), now);
        List<LoadBalancerState> loadBalancers = known.stream()
                .map(loadBalancer -> loadBalancer.doubting(
                        found.servicePods(),
                        LoadBalancers.isServed(
                                round.managedService(),
                                round.departed(),
                                round.memory().recorded(),
                                loadBalancer.loadBalancer())))
                .toList();
        TrafficPlan plan = TrafficPlanner.plan(new TrafficSnapshot(
                round.managedService(),
                round.departed(),
                loadBalancers,
                round.serving(),
                round.obstacle(),
                round.memory().unrecorded().map(LoadBalancerState.ObservationFailure::why),
                found.servicePods(),
                now));
        List<LoadBalancerState> kept = new ArrayList<>();
        for (int i = 0; i < loadBalancers.size(); i++) {
            kept.add(loadBalancers.get(i).keeping(plan.loadBalancers().get(i).moving()));
        }
        return new ObservedPlan(kept, plan, plan.leaving(found.leaving()));
    }

    /** Told before any finalizer moves, because the lifecycle asks when it does. */
    private void publish(Key key, TrafficRound round, ObservedPlan observedPlan, Employer described) {
        TrafficPlan plan = observedPlan.plan();
        List<Key> released = plan.released(pod -> sources.traffic().known(key, pod));
        PodTraffic.ServiceTrafficStatus now = new PodTraffic.ServiceTrafficStatus(
                plan.known(),
                round.obstacle().or(() -> LoadBalancers.obstacle(observedPlan.loadBalancers())),
                described,
                plan.lookAgain().map(calls.now()::plus));
        boolean mayGoOn = sources.traffic().tell(key, now) && now.obstacle().isEmpty();
        released.forEach(podKeys);
        if (mayGoOn) {
            wakeWaiting(round.managedService(), plan.known().keySet());
        }
    }

    /** @param known uids of the Pods of which it may have something */
    private void wakeWaiting(ManagedService managedService, Set<String> known) {
        for (PodRecord pod : sources.pods().inNamespace(managedService.key().namespace())) {
            if ((managedService.selects(pod) || known.contains(pod.uid())) && !PodOps.isIdle(pod)) {
                podKeys.accept(new Key(pod.namespace(), pod.name()));
            }
        }
    }

    /** Where nobody answers goes first, and who still answers last; what becomes of one keeps nothing from the next. */
    private List<LoadBalancerState> apply(
            ObservedPlan observedPlan, List<LoadBalancerState> before, Predicate<LoadBalancer> isRecorded) {
        List<LoadBalancerState> after = new ArrayList<>();
        for (int i = 0; i < observedPlan.loadBalancers().size(); i++) {
            LoadBalancerState loadBalancer = observedPlan.loadBalancers().get(i);
            LoadBalancerPlan plan = observedPlan.plan().loadBalancers().get(i);
            boolean isLooked = loadBalancer.look().isPresent()
                    && !loadBalancer.look().equals(before.get(i).look());
            if (isLooked && loadBalancer.trouble().isEmpty()) {
                loadBalancer = calls.apply(loadBalancer, plan.dead());
                loadBalancer =
                        calls.apply(loadBalancer, isRecorded.test(loadBalancer.loadBalancer()) ? plan.on() : List.of());
                loadBalancer = calls.apply(loadBalancer, plan.off());
            }
            after.add(loadBalancer);
        }
        return after;
    }

    private Outcome removeFinalizer(Key key, TrafficRound round) {
        ManagedService managedService = round.managedService();
        forget(key, round);
        round.departed().ifPresent(sources.traffic()::forget);
        sources.traffic().forget(key);
        waiting.forget(key);
        if (!managedService.held() || !managedService.exists()) {
            return Outcome.done();
        }
        sources.traffic().services().release(managedService);
        Applied stored = actuator.apply(Plan.of(
                new ServicePatch(managedService).removeFinalizer().action().orElseThrow()));
        if (stored.failures().isEmpty()) {
            return Outcome.done();
        }
        sources.traffic().services().hold(managedService);
        return failed(managedService, stored);
    }

    /** Of a Service that asks in vain only that it was told so is kept. */
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

    /** What cannot be written for good is told in the log, again and again with back-off. */
    private static Outcome failed(ManagedService managedService, Applied stored) {
        for (Failure failure : stored.failures()) {
            if (failure.result().isRefusal()) {
                throw new IllegalStateException(
                        WaitMessages.unrecorded(managedService, failure).message());
            }
        }
        return stored.outcome();
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
        Instant now = calls.now();
        Optional<Duration> soonest = memory.due().map(due -> Duration.between(now, due));
        Optional<Duration> after = Plan.sooner(
                Plan.sooner(soonest, plan.lookAgain()),
                round.unknown()
                        .filter(unknown -> round.managedService().wanted())
                        .map(LoadBalancerClient.Resolution.Unresolved::after));
        boolean droppable =
                round.managedService().wanted() && LoadBalancers.anyEmpty(memory.loadBalancers(), round.serving());
        if (after.isEmpty() && !droppable) {
            return Outcome.done();
        }
        Duration wanted = droppable ? SOON : after.orElse(SOON);
        return Outcome.requeueAfter(wanted.compareTo(SOON) < 0 ? SOON : wanted, "Traffic");
    }
}
