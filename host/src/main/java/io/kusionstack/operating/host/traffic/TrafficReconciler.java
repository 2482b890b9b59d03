package io.kusionstack.operating.host.traffic;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kernel.Reconciler;
import io.kusionstack.operating.host.kube.Actuator;
import io.kusionstack.operating.host.kube.Applied;
import io.kusionstack.operating.host.kube.Failure;
import io.kusionstack.operating.host.kube.ObjectCache;
import io.kusionstack.operating.host.kube.PodCache;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.TrafficPlugins;
import io.kusionstack.operating.host.traffic.PlaceCalls.Whereabouts;
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
 * Looks after one Service: observes each place where its Pods may have backends, lets {@link TrafficPlanner} decide, moves
 * finalizers, takes off and puts on, and comes back until the provider shows it. Called on one thread per Service; blocks
 * while the plugin or the API server answers.
 */
public final class TrafficReconciler implements Reconciler {
    private static final Duration SOON = Duration.ofMillis(2);

    private final Sources sources;
    private final PlaceCalls calls;
    private final Roster roster;
    private final Actuator actuator;
    private final ServiceEvents events;
    private final Consumer<Key> podKeys;
    private final Waiting waiting;
    private final Map<Key, ServiceMemory> memories = new ConcurrentHashMap<>();

    /**
     * Where the facts come from.
     *
     * @param traffic is told of every look
     * @param plainServices who else may hold a Pod
     */
    public record Sources(
            ObjectCache<Service> services,
            ObjectCache<EndpointSlice> slices,
            PodCache pods,
            PodTraffic traffic,
            Endpoints plainServices,
            InstantSource clock) {}

    /** @param podKeys takes the Pods whose lifecycle may go on though nothing is written to them; only enqueues */
    public TrafficReconciler(
            Sources sources, TrafficPlugins plugins, Actuator actuator, Consumer<Key> podKeys, TrafficMetrics metrics) {
        this.sources = sources;
        this.calls = new PlaceCalls(plugins, sources.traffic(), metrics, sources.clock());
        this.roster = new Roster(sources.pods(), sources.slices(), sources.plainServices(), sources.traffic());
        this.actuator = actuator;
        this.events = new ServiceEvents(actuator);
        this.podKeys = podKeys;
        this.waiting = new Waiting(metrics);
    }

    /**
     * Has {@code enqueue} called with the key of every Service that a change concerns; to be called once, before the start
     * and after {@link PodTraffic#listenTo}.
     */
    public void watch(Consumer<Key> enqueue) {
        sources.services().onChange((before, after) -> {
            Service service = after == null ? before : after;
            if (service != null) {
                enqueue.accept(Employment.of(service).key());
            }
            sources.traffic().claims().waitingFor(before, after).forEach(enqueue);
        });
        sources.pods()
                .onChange((before, after) ->
                        Concerns.of(before, after, sources.traffic()).forEach(enqueue));
    }

    @Override
    public Outcome reconcile(Key key, Instant now) {
        Optional<Employment> stored = sources.services().get(key).map(Employment::of);
        Optional<Employment> departed = sources.traffic().services().departed(key);
        if (!sources.traffic().services().isInStep(key, stored)) {
            return Outcome.lookAgain(SOON, "Traffic");
        }
        Employment employment = stored.or(() -> departed).orElseGet(() -> Employment.gone(key));
        ServiceMemory memory = memories.getOrDefault(key, ServiceMemory.NONE);
        Optional<Whereabouts> whereabouts = employment.isManaged()
                ? Optional.of(
                        sources.traffic().claims().unlessTaken(employment, calls.find(employment, memory.found())))
                : Optional.empty();
        Optional<Place> serving =
                whereabouts.filter(known -> employment.wanted()).flatMap(PlaceCalls::place);
        List<Place> recorded = Places.recorded(employment, departed);
        List<PlaceMemory> places = Places.of(employment, recorded, memory, whereabouts);
        if (employment.wanted()) {
            events.restored(employment, Places.takenOut(places, recorded, memory));
        } else if (employment.exists() && !memory.employed().isEmpty()) {
            events.warn(employment, Words.withdrawn(employment));
        }
        memory = memory.naming(recorded, whereabouts.flatMap(PlaceCalls::place));
        if (employment.wanted()) {
            places = Places.remaining(places, serving);
        }
        departed.filter(before -> employment.exists() && employment.hasRecord()).ifPresent(sources.traffic()::forget);
        Optional<Whereabouts.Unknown> unknown = whereabouts.flatMap(PlaceCalls::unknown);
        boolean isFirst = !memories.containsKey(key);
        return act(key, new Round(employment, departed, memory, serving, unknown, isFirst), places);
    }

    /** What stays the same in one round. */
    private record Round(
            Employment employment,
            Optional<Employment> departed,
            ServiceMemory memory,
            Optional<Place> serving,
            Optional<Whereabouts.Unknown> unknown,
            boolean isFirst) {
        Round with(ServiceMemory now) {
            return new Round(employment, departed, now, serving, unknown, isFirst);
        }

        /** Of a Service that is gone, or new, nothing says where Pods that carry its mark were put on. */
        Optional<Wait> leftBehind(List<PlaceMemory> places, TrafficPlan plan, List<String> carrying) {
            boolean isGone =
                    !employment.exists() && places.isEmpty() && !plan.edits().isEmpty();
            boolean isNew = employment.exists() && isFirst && departed.isEmpty() && !employment.isServedAlready();
            return isGone || isNew ? Optional.of(Words.leftBehind(employment, carrying)) : Optional.empty();
        }

        Optional<Wait> obstacle() {
            return employment.wanted() ? unknown.map(Whereabouts.Unknown::why) : Optional.empty();
        }
    }

    private record Looked(List<PlaceMemory> places, TrafficPlan plan, Map<String, Long> leaving) {}

    private Outcome act(Key key, Round round, List<PlaceMemory> before) {
        Looked looked = look(round, before);
        TrafficPlan plan = looked.plan();
        Employer now = round.employment().employer();
        Optional<Employer> described = sources.traffic().described(key);
        boolean isToAsk = plan.asksForMore() && !described.equals(Optional.of(now));
        publish(
                key,
                round,
                looked,
                isToAsk ? described.orElse(Employment.gone(key).employer()) : now);
        waiting.note(key, round.employment().plugin(), plan);
        ServiceMemory memory = round.memory().pods(plan.employed(), looked.leaving());
        if (round.employment().wanted()) {
            memory = record(round.employment(), memory, looked.places());
        }
        List<String> carrying = plan.carrying(round.employment().finalizer());
        if (!carrying.isEmpty()) {
            round.leftBehind(before, plan, carrying).ifPresent(why -> events.warn(round.employment(), why));
        }
        if (!plan.edits().isEmpty()) {
            actuator.apply(new Plan(plan.edits(), Optional.empty(), Map.of()));
        }
        boolean isRecorded = !round.employment().wanted() || memory.unrecorded().isEmpty();
        List<PlaceMemory> after = apply(
                looked,
                before,
                place -> isRecorded
                        || Places.stands(round.employment(), round.memory().recorded(), place));
        if (plan.clean()) {
            return letGo(key, round);
        }
        answered(key, round, looked, after, isToAsk);
        memory = tell(round, memory.places(after), plan.foreign());
        memories.put(key, memory);
        return outcome(round, plan, memory);
    }

    /** What the plugin answered to a change counts at once: who could not be put on again must not leave. */
    private void answered(Key key, Round round, Looked looked, List<PlaceMemory> after, boolean wasToAsk) {
        boolean isAsked =
                wasToAsk && after.stream().allMatch(place -> place.unread().isEmpty());
        if (isAsked || !Places.problem(after).equals(Places.problem(looked.places()))) {
            ServiceMemory memory = round.memory().pods(looked.plan().employed(), looked.leaving());
            publish(
                    key,
                    round,
                    plan(round.with(memory), after),
                    round.employment().employer());
        }
    }

    /** Written before anything is put on there; what cannot be written keeps nothing from being taken off. */
    private ServiceMemory record(Employment employment, ServiceMemory memory, List<PlaceMemory> places) {
        Instant now = calls.now();
        List<Place> named = Places.recordable(places, memory.recorded());
        ServiceRecord record = new ServiceRecord(employment, named, roster.names(employment, memory, !named.isEmpty()));
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
                        Words.unrecorded(employment, stored.failures().getFirst()), now);
    }

    private Looked look(Round round, List<PlaceMemory> places) {
        Instant now = calls.now();
        if (!places.isEmpty() && places.stream().allMatch(place -> Schedule.isDue(place, now))) {
            return plan(
                    round,
                    places.stream()
                            .map(place -> calls.look(place, Duration.ZERO))
                            .toList());
        }
        Looked looked = plan(round, places);
        List<PlaceMemory> known = places;
        Set<Place> seen = new HashSet<>();
        // what one shows may make another due: who is seen on at the new place leaves the old one
        int before;
        do {
            before = seen.size();
            known = lookAtDue(known, looked.plan(), seen);
            looked = seen.size() > before ? plan(round, known) : looked;
        } while (seen.size() > before);
        return looked;
    }

    private List<PlaceMemory> lookAtDue(List<PlaceMemory> places, TrafficPlan plan, Set<Place> seen) {
        List<PlaceMemory> after = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            PlaceMemory place = places.get(i);
            Optional<Duration> due = plan.places().get(i).look().filter(age -> seen.add(place.place()));
            after.add(due.map(age -> calls.look(place, age)).orElse(place));
        }
        return after;
    }

    /** Pods are read anew for each plan: while a plugin answered, they have changed. */
    private Looked plan(Round round, List<PlaceMemory> known) {
        Instant now = calls.now();
        Roster.Found found = roster.find(round.employment(), round.memory(), now);
        List<PlaceMemory> places = known.stream()
                .map(place -> place.doubting(
                        found.employees(),
                        Places.isServed(
                                round.employment(),
                                round.departed(),
                                round.memory().recorded(),
                                place.place())))
                .toList();
        TrafficPlan plan = TrafficPlanner.plan(new TrafficSnapshot(
                round.employment(),
                round.departed(),
                places,
                round.serving(),
                round.obstacle(),
                round.memory().unrecorded().map(PlaceMemory.Trouble::why),
                found.employees(),
                now));
        List<PlaceMemory> kept = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            kept.add(places.get(i).keeping(plan.places().get(i).moving()));
        }
        return new Looked(kept, plan, plan.leaving(found.leaving()));
    }

    /** Told before any finalizer moves, because the lifecycle asks when it does. */
    private void publish(Key key, Round round, Looked looked, Employer described) {
        TrafficPlan plan = looked.plan();
        List<Key> released = plan.released(pod -> sources.traffic().known(key, pod));
        PodTraffic.Told now = new PodTraffic.Told(
                plan.known(),
                round.obstacle().or(() -> Places.obstacle(looked.places())),
                described,
                plan.lookAgain().map(calls.now()::plus));
        boolean mayGoOn = sources.traffic().tell(key, now) && now.obstacle().isEmpty();
        released.forEach(podKeys);
        if (mayGoOn) {
            wakeWaiting(round.employment(), plan.known().keySet());
        }
    }

    /** @param known uids of the Pods of which it may have something */
    private void wakeWaiting(Employment employment, Set<String> known) {
        for (PodRecord pod : sources.pods().inNamespace(employment.key().namespace())) {
            if ((employment.selects(pod) || known.contains(pod.uid())) && !PodOps.isIdle(pod)) {
                podKeys.accept(new Key(pod.namespace(), pod.name()));
            }
        }
    }

    /** Where nobody answers goes first, and who still answers last; what becomes of one keeps nothing from the next. */
    private List<PlaceMemory> apply(Looked looked, List<PlaceMemory> before, Predicate<Place> isRecorded) {
        List<PlaceMemory> after = new ArrayList<>();
        for (int i = 0; i < looked.places().size(); i++) {
            PlaceMemory place = looked.places().get(i);
            PlacePlan plan = looked.plan().places().get(i);
            boolean isLooked = place.look().isPresent()
                    && !place.look().equals(before.get(i).look());
            if (isLooked && place.trouble().isEmpty()) {
                place = calls.apply(place, plan.dead());
                place = calls.apply(place, isRecorded.test(place.place()) ? plan.on() : List.of());
                place = calls.apply(place, plan.off());
            }
            after.add(place);
        }
        return after;
    }

    private Outcome letGo(Key key, Round round) {
        Employment employment = round.employment();
        forget(key, round);
        round.departed().ifPresent(sources.traffic()::forget);
        sources.traffic().forget(key);
        waiting.forget(key);
        if (!employment.held() || !employment.exists()) {
            return Outcome.done();
        }
        sources.traffic().services().release(employment);
        Applied stored = actuator.apply(
                Plan.of(new ServicePatch(employment).letGo().action().orElseThrow()));
        if (stored.failures().isEmpty()) {
            return Outcome.done();
        }
        sources.traffic().services().hold(employment);
        return failed(employment, stored);
    }

    /** Of a Service that asks in vain only that it was told so is kept. */
    private void forget(Key key, Round round) {
        Optional<Wait> misfit = round.employment().misfit();
        misfit.filter(why -> !round.memory().problem().equals(misfit))
                .ifPresent(why -> events.warn(round.employment(), why));
        if (misfit.isPresent()) {
            memories.put(key, ServiceMemory.NONE.told(misfit));
        } else {
            memories.remove(key);
        }
    }

    /** What cannot be written for good is told in the log, again and again with back-off. */
    private static Outcome failed(Employment employment, Applied stored) {
        for (Failure failure : stored.failures()) {
            if (failure.fate().isNo()) {
                throw new IllegalStateException(
                        Words.unrecorded(employment, failure).message());
            }
        }
        return stored.outcome();
    }

    private ServiceMemory tell(Round round, ServiceMemory memory, Optional<Wait> foreign) {
        Optional<Wait> problem = round.obstacle()
                .or(() -> memory.refusal())
                .or(() -> Places.problem(memory.places()))
                .or(() -> foreign);
        boolean isGoing = problem.isEmpty() && !round.employment().wanted();
        if (problem.equals(memory.problem()) || isGoing || !round.employment().exists()) {
            return memory.told(problem);
        }
        problem.ifPresentOrElse(
                why -> events.warn(round.employment(), why), () -> events.recovered(round.employment()));
        return memory.told(problem);
    }

    private Outcome outcome(Round round, TrafficPlan plan, ServiceMemory memory) {
        Instant now = calls.now();
        Optional<Duration> soonest = memory.due().map(due -> Duration.between(now, due));
        Optional<Duration> after = Places.sooner(
                Places.sooner(soonest, plan.lookAgain()),
                round.unknown().filter(unknown -> round.employment().wanted()).map(Whereabouts.Unknown::after));
        boolean droppable = round.employment().wanted() && Places.anyEmpty(memory.places(), round.serving());
        if (after.isEmpty() && !droppable) {
            return Outcome.done();
        }
        Duration wanted = droppable ? SOON : after.orElse(SOON);
        return Outcome.lookAgain(wanted.compareTo(SOON) < 0 ? SOON : wanted, "Traffic");
    }
}
