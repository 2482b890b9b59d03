package io.kusionstack.operating.host.collaset;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.model.ResourceContext;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Makes a snapshot of a set, from the caches and the memory of the set. One thread per set. */
final class SetObserver {
    /** At most so many Pods are asked why they wait, because one is told. */
    private static final int MOST_ASKED = 32;

    /** Reasons that pass by themselves, and name nothing that a user could mend. */
    private static final Set<Reason> PASSING = Set.of(Reason.PLUGIN_BUSY, Reason.SUPERSEDED, Reason.STEP_UNDER_WAY);

    private final CollaSetReconciler.SetCaches caches;
    private final CollaSetReconciler.PodWaits podWaits;
    private final Actuator actuator;
    private final SetIntentions intentions;
    private final Map<Key, ReadRevisions> revisions = new ConcurrentHashMap<>();

    SetObserver(
            CollaSetReconciler.SetCaches caches,
            CollaSetReconciler.PodWaits podWaits,
            Actuator actuator,
            SetIntentions intentions) {
        this.caches = caches;
        this.podWaits = podWaits;
        this.actuator = actuator;
        this.intentions = intentions;
    }

    /** The set is gone. */
    void forget(Key set) {
        revisions.remove(set);
    }

    CollaSetSnapshot observe(CollaSet object, SetMemory memory, Instant now) {
        List<PodRecord> pods = pods(object.getMetadata().getUid());
        SetSpec read = SetReader.read(object);
        List<ControllerRevision> own = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        String prefix = Revisions.prefix(read.name());
        for (ControllerRevision stored : caches.revisions().list(read.namespace())) {
            if (concerns(read, stored)) {
                own.add(stored);
            } else if (stored.getMetadata().getName().startsWith(prefix)) {
                taken.add(stored.getMetadata().getName());
            }
        }
        Key key = SetMapper.keyOf(object);
        List<Revision> known =
                revisions.computeIfAbsent(key, fresh -> new ReadRevisions()).of(own);
        SetSpec set = inForce(object, read, known);
        StoredIdentities context = context(set);
        ProgressRecord progress = memory.pods().progress().seen(set, now);
        return new CollaSetSnapshot(
                set,
                pods,
                Orphans.of(set, caches.pods().orphans(set.namespace()), names(own)),
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

    private static SetSpec inForce(CollaSet object, SetSpec read, List<Revision> known) {
        return read.problems().isEmpty()
                ? read
                : AcceptedSpec.last(object, read, known).orElse(read);
    }

    private List<PodRecord> pods(String uid) {
        return caches.pods().ownedBy(uid).stream()
                .filter(pod -> pod.controller()
                        .filter(owner -> owner.uid().equals(uid))
                        .isPresent())
                .toList();
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
                .limit(MOST_ASKED)
                .forEach(pod -> podWaits.troubles().apply(pod).ifPresent(why -> troubles.put(pod.uid(), why)));
        return troubles;
    }

    /** A Pod that is out of service comes first; a Pod that users keep out of service waits for nothing. */
    private Optional<LingeringPod> lingering(List<PodRecord> pods) {
        return pods.stream()
                .filter(pod -> !pod.terminating() && !pod.inactive() && !pod.hasLabel(Names.STAY_OFFLINE))
                .filter(pod -> !pod.available() || !PodOps.isIdle(pod))
                .sorted(Comparator.comparing(PodRecord::available).thenComparing(PodRecord::name))
                .limit(MOST_ASKED)
                .flatMap(pod -> podWaits.all().apply(pod).stream()
                        .filter(why -> !PASSING.contains(why.reason()))
                        .limit(1)
                        .map(why -> new LingeringPod(pod, why)))
                .findFirst();
    }

    /** True if the set controls the revision, or if it has no controller and the labels that the set selects. */
    private static boolean concerns(SetSpec set, ControllerRevision revision) {
        Optional<OwnerReference> controller = SetMapper.controller(revision);
        if (controller.isPresent()) {
            return set.uid().equals(controller.get().getUid());
        }
        Map<String, String> labels =
                Optional.ofNullable(revision.getMetadata().getLabels()).orElse(Map.of());
        return !set.matchLabels().isEmpty()
                && labels.containsKey(Names.REVISION_HASH)
                && labels.entrySet().containsAll(set.matchLabels().entrySet());
    }

    private StoredIdentities context(SetSpec set) {
        Optional<ResourceContext> stored = caches.contexts().get(new Key(set.namespace(), set.context()));
        List<InstanceIdentity> identities = new ArrayList<>();
        stored.ifPresent(context -> context.getSpec()
                .contexts()
                .forEach(entry -> identities.add(InstanceIdentity.of(entry.id(), entry.data()))));
        ObjectRef ref = new ObjectRef(
                ObjectKind.RESOURCE_CONTEXT,
                set.namespace(),
                set.context(),
                stored.map(context -> context.getMetadata().getUid()).orElse(""));
        return new StoredIdentities(ref, version(ref), identities);
    }

    /** The version that the caches show of an object; 0 if they show none. */
    long version(ObjectRef object) {
        Key key = new Key(object.namespace(), object.name());
        Optional<? extends HasMetadata> cached = switch (object.kind()) {
            case COLLASET -> caches.sets().get(key);
            case RESOURCE_CONTEXT -> caches.contexts().get(key);
            case CONTROLLER_REVISION -> caches.revisions().get(key);
            case POD_TRANSITION_RULE, OPERATION_JOB, POD_DECORATION, VOLUME_CLAIM, SERVICE, POD -> Optional.empty();
        };
        return cached.map(known -> Long.parseLong(known.getMetadata().getResourceVersion()))
                .orElse(0L);
    }
}
