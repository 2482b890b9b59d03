package io.kusionstack.operating.host.collaset;

import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kernel.Reconciler;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.kube.write.Expectations;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.ResourceContext;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reconciles CollaSets: observes a set, lets {@link CollaSetPlanner} decide, stores the intent, publishes the edits of begun updates,
 * and has the rest of the plan applied. Called on one thread per set; blocks while the API server answers.
 */
public final class CollaSetReconciler implements Reconciler {
    private static final Duration NOT_SEEN_YET = Duration.ofSeconds(1);

    private final SetCaches caches;
    private final SetObserver observer;
    private final Actuator actuator;
    private final SetIntentions intentions;
    private final Map<Key, SetMemory> memories = new ConcurrentHashMap<>();

    /** The caches that a set and its Pods are read from. */
    public record SetCaches(
            ObjectCache<CollaSet> sets,
            ObjectCache<ResourceContext> contexts,
            ObjectCache<ControllerRevision> revisions,
            PodCache pods,
            Expectations expectations) {}

    /**
     * Why Pods wait, by other rooms.
     *
     * @param troubles why the traffic of a Pod does not go on by itself
     * @param all every known reason why a Pod waits, the most important first
     */
    public record PodWaits(Function<PodRecord, Optional<Wait>> troubles, Function<PodRecord, List<Wait>> all) {}

    public CollaSetReconciler(SetCaches caches, PodWaits podWaits, Actuator actuator, SetIntentions intentions) {
        this.caches = caches;
        this.observer = new SetObserver(caches, podWaits, actuator, intentions);
        this.actuator = actuator;
        this.intentions = intentions;
    }

    /** Has {@code enqueue} called with the key of every set that a change concerns; to be called once, before the start. */
    public void watch(Consumer<Key> enqueue) {
        caches.sets().onChange((before, after) -> enqueue.accept(SetMapper.keyOf(SetMapper.either(before, after))));
        caches.contexts()
                .onChange((before, after) ->
                        SetMapper.owners(SetMapper.either(before, after)).forEach(enqueue));
        caches.revisions()
                .onChange((before, after) ->
                        SetMapper.controllerOf(SetMapper.either(before, after)).ifPresent(enqueue));
        caches.pods().onChange((before, after) -> {
            SetMapper.sets(before, after).forEach(enqueue);
            Orphans.concerned(before, after, caches.sets()::list).forEach(set -> enqueue.accept(SetMapper.keyOf(set)));
        });
    }

    /** Why the update of this Pod waits, as far as the set knows; empty if it does not wait. Any thread. */
    public List<Wait> waits(PodRecord pod) {
        return SetIntentions.setOf(pod)
                .map(memories::get)
                .map(memory -> memory.waits().get(pod.ref()))
                .orElse(List.of());
    }

    /** When the set is reconciled again if no event comes; empty where that is not known. Any thread. */
    public Optional<Instant> nextLook(Key set) {
        return Optional.ofNullable(memories.get(set)).flatMap(SetMemory::nextLook);
    }

    private void forget(Key key) {
        intentions.forget(key);
        memories.remove(key);
        observer.forget(key);
    }

    @Override
    public Outcome reconcile(Key key, Instant now) {
        Optional<CollaSet> set = caches.sets().get(key);
        if (set.isEmpty()) {
            forget(key);
            return Outcome.done();
        }
        String uid = set.get().getMetadata().getUid();
        if (!memories.getOrDefault(key, SetMemory.NONE).uid().equals(uid)) {
            forget(key);
        }
        SetMemory memory = memories.getOrDefault(key, SetMemory.NONE);
        if (!memory.awaited().areSeen(observer::version, now)
                || !caches.expectations().areMet(uid)) {
            return Outcome.requeueAfter(NOT_SEEN_YET, "OwnWritesNotSeenYet");
        }
        CollaSetSnapshot snapshot = observer.observe(set.get(), memory, now);
        memories.put(key, memory.seen(snapshot));
        return act(key, CollaSetPlanner.plan(snapshot), snapshot);
    }

    private Outcome act(Key key, SetPlan plan, CollaSetSnapshot snapshot) {
        Instant now = snapshot.now();
        SetMemory memory = memories.getOrDefault(key, SetMemory.NONE);
        Plan intent = memory.refused()
                .map(refused -> refused.with(plan.intent(), snapshot, observer::version))
                .orElse(plan.intent());
        if (!intent.actions().isEmpty()) {
            Applied stored = actuator.apply(intent);
            if (!stored.failures().isEmpty()) {
                return failed(snapshot, plan, stored);
            }
            memory = memory.stored(intent, now);
            memories.put(key, memory);
        }
        intentions.publish(snapshot, plan.intentions(), plan.hold());
        Applied applied = actuator.apply(plan.acts());
        actuator.apply(ScaleEvents.of(snapshot, plan.acts(), applied.failures()));
        SetMemory after = memory.acted(snapshot, plan, applied);
        memories.put(key, after);
        Outcome outcome = applied.outcome();
        for (Action each : plan.upkeep()) {
            outcome = outcome.sooner(actuator.apply(Plan.of(each)).outcome());
        }
        return after.creations().differFrom(memory.creations())
                ? Outcome.requeueAfter(Duration.ZERO, "CreationOutcome")
                : outcome;
    }

    /** Of the acts only those that let Pods come back are done. A refusal is told, and the write is tried again after its pause. */
    private Outcome failed(CollaSetSnapshot snapshot, SetPlan plan, Applied stored) {
        Key key = snapshot.set().key();
        Optional<Instant> next = SetMemory.next(stored.outcome(), snapshot.now());
        memories.computeIfPresent(key, (same, memory) -> memory.looking(next));
        Optional<Failure> refusal = stored.failures().stream()
                .filter(failure -> failure.result().isRefusal())
                .findFirst();
        if (refusal.isEmpty()) {
            actuator.apply(plan.endings(List.of()));
            return stored.outcome();
        }
        SetMemory memory = memories.getOrDefault(key, SetMemory.NONE).refused(snapshot, plan.acts(), refusal.get());
        memories.put(key, memory);
        actuator.apply(plan.endings(memory.refused().orElseThrow().callBacks(snapshot)));
        return stored.outcome().sooner(told(snapshot, refusal.get()));
    }

    private Outcome told(CollaSetSnapshot snapshot, Failure refusal) {
        Wait why = new Wait(refusal.result().cause().reason(), "", refusal.sentence());
        intentions.hold(snapshot, why);
        String word = why.reason().word();
        Action event = new Action.Announce(snapshot.set().ref(), Action.Severity.WARNING, word, refusal.sentence());
        Plan status = SetStatus.stalled(snapshot, word, refusal.sentence())
                .map(Plan::of)
                .orElse(Plan.nothing());
        return actuator.apply(Plan.of(event).then(status)).outcome();
    }
}
