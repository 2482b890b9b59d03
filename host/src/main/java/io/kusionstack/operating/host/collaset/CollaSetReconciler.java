package io.kusionstack.operating.host.collaset;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kernel.Reconciler;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.kube.write.Expectations;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.model.ResourceContext;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks after CollaSets: reads the caches, lets {@link CollaSetPlanner} decide, stores the intent, publishes what begun
 * updates want to do, and has everything else done. Called on one thread per set; blocks while the API server answers.
 */
public final class CollaSetReconciler implements Reconciler {
    private static final Duration NOT_SEEN_YET = Duration.ofSeconds(1);
    /** Of so many Pods it is asked why their traffic does not go on: one is told. */
    private static final int MOST_ASKED_FOR = 32;

    private final CollaSetSources sources;
    private final Actuator actuator;
    private final SetIntentions intentions;
    private final Map<Key, SetMemory> memories = new ConcurrentHashMap<>();
    private final Map<Key, ReadRevisions> revisions = new ConcurrentHashMap<>();

    /**
     * Where the facts come from.
     *
     * @param troubles why the traffic of a Pod does not go on by itself
     * @param waits all that is known of why a Pod waits, the most important first
     */
    public record CollaSetSources(
            ObjectCache<CollaSet> sets,
            ObjectCache<ResourceContext> contexts,
            ObjectCache<ControllerRevision> revisions,
            PodCache pods,
            Expectations expectations,
            Function<PodRecord, Optional<Wait>> troubles,
            Function<PodRecord, List<Wait>> waits) {}

    public CollaSetReconciler(CollaSetSources sources, Actuator actuator, SetIntentions intentions) {
        this.sources = sources;
        this.actuator = actuator;
        this.intentions = intentions;
    }

    /** Has {@code enqueue} called with the key of every set that a change concerns; to be called once, before the start. */
    public void watch(Consumer<Key> enqueue) {
        sources.sets().onChange((before, after) -> enqueue.accept(keyOf(either(before, after))));
        sources.contexts()
                .onChange((before, after) -> owners(either(before, after)).forEach(enqueue));
        sources.revisions()
                .onChange((before, after) -> controllerOf(either(before, after)).ifPresent(enqueue));
        sources.pods().onChange((before, after) -> {
            sets(before, after).forEach(enqueue);
            Orphans.concerned(before, after, sources.sets()::list).forEach(set -> enqueue.accept(keyOf(set)));
        });
    }

    /** The set that controls the Pod, and the one that did. */
    static Set<Key> sets(@Nullable PodRecord before, @Nullable PodRecord after) {
        Set<Key> sets = new HashSet<>();
        Stream.of(Optional.ofNullable(before), Optional.ofNullable(after))
                .flatMap(Optional::stream)
                .flatMap(pod -> SetIntentions.setOf(pod).stream())
                .forEach(sets::add);
        return sets;
    }

    private static <T> T either(@Nullable T before, @Nullable T after) {
        return after != null ? after : Objects.requireNonNull(before);
    }

    /** What the update of this Pod waits for, as far as the set knows; empty when it waits for nothing. Any thread. */
    public List<Wait> waits(PodRecord pod) {
        return SetIntentions.setOf(pod)
                .map(memories::get)
                .map(memory -> memory.waits().get(pod.ref()))
                .orElse(List.of());
    }

    @Override
    public Outcome reconcile(Key key, Instant now) {
        Optional<CollaSet> set = sources.sets().get(key);
        if (set.isEmpty()) {
            intentions.forget(key);
            memories.remove(key);
            revisions.remove(key);
            return Outcome.done();
        }
        SetMemory memory = memories.getOrDefault(key, SetMemory.NONE);
        String uid = set.get().getMetadata().getUid();
        if (!memory.awaited().areSeen(this::version, now)
                || !sources.expectations().areMet(uid)) {
            return Outcome.requeueAfter(NOT_SEEN_YET, "OwnWritesNotSeenYet");
        }
        List<PodRecord> pods = pods(uid);
        CollaSetSnapshot snapshot = snapshot(set.get(), pods, memory, now);
        memories.put(key, memory.seen(snapshot));
        return act(key, CollaSetPlanner.plan(snapshot), snapshot);
    }

    private Outcome act(Key key, SetPlan plan, CollaSetSnapshot snapshot) {
        Instant now = snapshot.now();
        SetMemory memory = memories.getOrDefault(key, SetMemory.NONE);
        if (!plan.intent().actions().isEmpty()) {
            Applied stored = actuator.apply(plan.intent());
            if (!stored.failures().isEmpty()) {
                actuator.apply(plan.endings());
                return failed(snapshot, plan, stored);
            }
            memory = memory.stored(plan.intent(), now);
            memories.put(key, memory);
        }
        intentions.publish(snapshot, plan.intentions(), plan.hold());
        Applied applied = actuator.apply(plan.acts());
        actuator.apply(ScaleEvents.of(snapshot, plan.acts(), applied.failures()));
        SetMemory after = memory.acted(snapshot, plan, applied);
        memories.put(key, after);
        return after.creations().differFrom(memory.creations())
                ? Outcome.requeueAfter(Duration.ZERO, "CreationOutcome")
                : applied.outcome();
    }

    /** Nothing behind the intent was done but what lets Pods come back. What the server refuses is told, and tried again after its pause. */
    private Outcome failed(CollaSetSnapshot snapshot, SetPlan plan, Applied stored) {
        SetSpec set = snapshot.set();
        for (Failure failure : stored.failures()) {
            if (failure.result().isRefusal()) {
                Wait why = new Wait(failure.result().cause().reason(), "", failure.sentence());
                intentions.hold(snapshot, why);
                memories.computeIfPresent(set.key(), (key, memory) -> memory.waiting(plan.acts(), why));
                String word = why.reason().word();
                Plan told = Plan.of(new Action.Announce(set.ref(), Action.Severity.WARNING, word, failure.sentence()));
                Plan status = SetStatus.stalled(snapshot, word, failure.sentence())
                        .map(Plan::of)
                        .orElse(Plan.nothing());
                actuator.apply(told.then(status));
                return stored.outcome();
            }
        }
        return stored.outcome();
    }

    private List<PodRecord> pods(String uid) {
        return sources.pods().ownedBy(uid).stream()
                .filter(pod -> pod.controller()
                        .filter(owner -> owner.uid().equals(uid))
                        .isPresent())
                .toList();
    }

    private CollaSetSnapshot snapshot(CollaSet object, List<PodRecord> pods, SetMemory memory, Instant now) {
        SetSpec read = SetReader.read(object);
        List<ControllerRevision> own = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        String prefix = Revisions.prefix(read.name());
        for (ControllerRevision stored : sources.revisions().list(read.namespace())) {
            if (concerns(read, stored)) {
                own.add(stored);
            } else if (stored.getMetadata().getName().startsWith(prefix)) {
                taken.add(stored.getMetadata().getName());
            }
        }
        Key key = keyOf(object);
        List<Revision> known =
                revisions.computeIfAbsent(key, fresh -> new ReadRevisions()).of(own);
        SetSpec set = read.problems().isEmpty()
                ? read
                : AcceptedSpec.last(object, read, known).orElse(read);
        CollaSetSnapshot.Context context = context(set);
        ProgressRecord progress = memory.pods().progress().seen(set, now);
        return new CollaSetSnapshot(
                set,
                pods,
                Orphans.of(set, sources.pods().orphans(set.namespace()), names(own)),
                memory.pods().backoff().seen(pods, set.replicas(), now),
                known,
                taken,
                memory.creations().takenPodNames(),
                context,
                memory.creations().obstacle(),
                memory.creations().trials(),
                memory.pods().refusals(refusals(pods), pods, now),
                troubles(pods),
                memory.pods().lastRevisions(pods, context),
                progress,
                memory.stuckPod(),
                progress.lasts(ProgressRecord.LONG, now) ? lingering(pods) : Optional.empty(),
                intentions.published(key),
                now);
    }

    private static Set<String> names(List<ControllerRevision> revisions) {
        Set<String> names = new HashSet<>();
        revisions.forEach(revision -> names.add(revision.getMetadata().getName()));
        return names;
    }

    private Map<String, Refusal> refusals(List<PodRecord> pods) {
        Map<String, Refusal> refusals = new HashMap<>();
        pods.forEach(pod -> actuator.refusal(pod).ifPresent(refusal -> refusals.put(pod.uid(), refusal)));
        return refusals;
    }

    private Map<String, Wait> troubles(List<PodRecord> pods) {
        Map<String, Wait> troubles = new HashMap<>();
        pods.stream()
                .filter(pod -> !pod.available() || !PodOps.isIdle(pod))
                .limit(MOST_ASKED_FOR)
                .forEach(pod -> sources.troubles().apply(pod).ifPresent(why -> troubles.put(pod.uid(), why)));
        return troubles;
    }

    /** One that is out of service comes first; whom users keep out waits for nothing. */
    private Optional<CollaSetSnapshot.Lingering> lingering(List<PodRecord> pods) {
        return pods.stream()
                .filter(pod -> !pod.terminating() && !pod.inactive() && !pod.hasLabel(Names.STAY_OFFLINE))
                .filter(pod -> !pod.available() || !PodOps.isIdle(pod))
                .sorted(Comparator.comparing(PodRecord::available).thenComparing(PodRecord::name))
                .limit(MOST_ASKED_FOR)
                .flatMap(pod -> sources.waits().apply(pod).stream()
                        .filter(why -> why.reason() != Reason.PLUGIN_BUSY && why.reason() != Reason.SUPERSEDED)
                        .limit(1)
                        .map(why -> new CollaSetSnapshot.Lingering(pod, why)))
                .findFirst();
    }

    /** Its own, or nobody's that carries the labels the set selects. */
    private static boolean concerns(SetSpec set, ControllerRevision revision) {
        Optional<OwnerReference> controller = controller(revision);
        if (controller.isPresent()) {
            return set.uid().equals(controller.get().getUid());
        }
        Map<String, String> labels =
                Optional.ofNullable(revision.getMetadata().getLabels()).orElse(Map.of());
        return !set.matchLabels().isEmpty()
                && labels.containsKey(Names.REVISION_HASH)
                && labels.entrySet().containsAll(set.matchLabels().entrySet());
    }

    private CollaSetSnapshot.Context context(SetSpec set) {
        Optional<ResourceContext> stored = sources.contexts().get(new Key(set.namespace(), set.context()));
        List<InstanceIdentity> identities = new ArrayList<>();
        stored.ifPresent(context -> context.getSpec()
                .contexts()
                .forEach(entry -> identities.add(InstanceIdentity.of(entry.id(), entry.data()))));
        ObjectRef ref = new ObjectRef(
                ObjectKind.RESOURCE_CONTEXT,
                set.namespace(),
                set.context(),
                stored.map(context -> context.getMetadata().getUid()).orElse(""));
        return new CollaSetSnapshot.Context(ref, version(ref), identities);
    }

    private long version(ObjectRef object) {
        Key key = new Key(object.namespace(), object.name());
        Optional<? extends HasMetadata> cached = switch (object.kind()) {
            case COLLASET -> sources.sets().get(key);
            case RESOURCE_CONTEXT -> sources.contexts().get(key);
            case CONTROLLER_REVISION -> sources.revisions().get(key);
            case POD_TRANSITION_RULE, OPERATION_JOB, POD_DECORATION, VOLUME_CLAIM, SERVICE, POD -> Optional.empty();
        };
        return cached.map(known -> Long.parseLong(known.getMetadata().getResourceVersion()))
                .orElse(0L);
    }

    private static List<Key> owners(ResourceContext context) {
        Set<String> names = new HashSet<>();
        names.add(context.getMetadata().getName());
        context.getSpec()
                .contexts()
                .forEach(entry ->
                        InstanceIdentity.of(entry.id(), entry.data()).owner().ifPresent(names::add));
        return names.stream()
                .map(name -> new Key(context.getMetadata().getNamespace(), name))
                .toList();
    }

    private static Optional<Key> controllerOf(ControllerRevision revision) {
        return controller(revision)
                .filter(owner -> owner.getKind().equals(ObjectKind.COLLASET.kind()))
                .map(owner -> new Key(revision.getMetadata().getNamespace(), owner.getName()));
    }

    private static Optional<OwnerReference> controller(HasMetadata object) {
        return Optional.ofNullable(object.getMetadata().getOwnerReferences()).orElse(List.of()).stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst();
    }

    private static Key keyOf(HasMetadata object) {
        return new Key(object.getMetadata().getNamespace(), object.getMetadata().getName());
    }
}
