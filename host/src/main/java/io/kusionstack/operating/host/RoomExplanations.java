package io.kusionstack.operating.host;

import io.kusionstack.operating.host.collaset.CollaSetReconciler;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.cache.ClusterCaches;
import io.kusionstack.operating.host.lifecycle.LifecycleGate;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.CollaSetStatus;
import io.kusionstack.operating.host.model.Condition;
import io.kusionstack.operating.host.ops.Explanations;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.SetExplanation;
import io.kusionstack.operating.host.plan.StatusRefusal;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.admit.RuleAdmission;
import io.kusionstack.operating.host.traffic.PodTraffic;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts together what each room knows: the rules, traffic, the lifecycle, the set. */
record RoomExplanations(
        ClusterCaches caches,
        LifecycleGate gate,
        RuleAdmission ruleAdmission,
        CollaSetReconciler setRoom,
        Actuator actuator,
        PodTraffic traffic,
        InstantSource clock)
        implements Explanations {

    private static final Set<String> SENDING = Set.of("On", "Unknown");

    @Override
    public Optional<Explanation> pod(Key pod) {
        return caches.pods().get(pod).map(this::explain);
    }

    private Explanation explain(PodRecord pod) {
        Instant now = clock.instant();
        Explanation lifecycle = gate.explain(pod, now);
        List<Wait> ruled = ruleAdmission.explain(pod, now);
        LinkedHashSet<Wait> waits = new LinkedHashSet<>(ruled);
        // before the lifecycle, which sees a finalizer only, and not what its owner waits for
        waits.addAll(traffic.waits(pod));
        Optional<Refusal> refusal = actuator.refusal(pod).filter(known -> known.isRecent(now));
        Optional<Wait> refused = refusal.map(Refusal::asWait);
        lifecycle.known().stream()
                .filter(wait -> (ruled.isEmpty() && refused.isEmpty()) || !isUnanswered(wait))
                .forEach(waits::add);
        List<Wait> waitsForSet = setRoom.waits(pod);
        waits.addAll(waitsForSet);
        refused.ifPresent(waits::add);
        List<Explanation.ExplainedTraffic> shown = traffic.shown(pod);
        return new Explanation(
                lifecycle.pod(),
                lifecycle.operations(),
                lifecycle.inService() && isSentTo(shown),
                List.copyOf(waits),
                shown,
                soonest(
                        now,
                        Stream.of(
                                lifecycle.nextLook(),
                                traffic.nextLook(pod),
                                actuator.nextTry(pod),
                                pod.controller()
                                        .filter(set -> !waitsForSet.isEmpty())
                                        .flatMap(set -> setLook(pod.namespace(), set.name())))));
    }

    private Optional<Instant> setLook(String namespace, String set) {
        return setRoom.nextLook(new Key(namespace, set));
    }

    /** The look that is due first; one whose time is over is only waiting for its turn. */
    static Optional<Instant> soonest(Instant now, Stream<Optional<Instant>> looks) {
        return looks.flatMap(Optional::stream).min(Comparator.naturalOrder()).map(due -> due.isBefore(now) ? now : due);
    }

    /** False if a load balancer is known not to send to the Pod, whatever the Pod's labels say. */
    private static boolean isSentTo(List<Explanation.ExplainedTraffic> shown) {
        return shown.stream().collect(Collectors.groupingBy(Explanation.ExplainedTraffic::employer)).values().stream()
                .allMatch(places -> places.stream().anyMatch(place -> SENDING.contains(place.serving())));
    }

    /** The lifecycle asks no rule for an explanation: where one has answered, its answer is told instead. */
    private static boolean isUnanswered(Wait wait) {
        return wait.reason() == Reason.WAITING_FOR_RULE && wait.on().isEmpty();
    }

    @Override
    public Optional<SetExplanation> set(Key set) {
        return caches.sets().get(set).map(this::explain);
    }

    private SetExplanation explain(CollaSet set) {
        List<Explanation> pods = caches.pods().ownedBy(set.getMetadata().getUid()).stream()
                .sorted(Comparator.comparing(PodRecord::name))
                .map(this::explain)
                .toList();
        ObjectRef ref = new ObjectRef(
                ObjectKind.COLLASET,
                set.getMetadata().getNamespace(),
                set.getMetadata().getName(),
                set.getMetadata().getUid());
        Optional<StatusRefusal> refusal = actuator.statusRefusal(ref);
        return new SetExplanation(
                ref.namespace(),
                ref.name(),
                ref.uid(),
                replicas(set),
                Stream.concat(refusal.map(StatusRefusal::why).stream(), obstacles(set.getStatus()).stream())
                        .toList(),
                soonest(
                        clock.instant(),
                        Stream.concat(
                                Stream.of(
                                        refusal.flatMap(StatusRefusal::nextTry), setLook(ref.namespace(), ref.name())),
                                pods.stream().map(Explanation::nextLook))),
                pods);
    }

    private static Map<String, Integer> replicas(CollaSet set) {
        CollaSetStatus status = set.getStatus();
        Map<String, Integer> replicas = new LinkedHashMap<>();
        put(replicas, "desired", set.getSpec().replicas());
        put(replicas, "replicas", status.replicas());
        put(replicas, "readyReplicas", status.readyReplicas());
        put(replicas, "availableReplicas", status.availableReplicas());
        put(replicas, "updatedReplicas", status.updatedReplicas());
        put(replicas, "updatedAvailableReplicas", status.updatedAvailableReplicas());
        put(replicas, "operatingReplicas", status.operatingReplicas());
        return replicas;
    }

    private static void put(Map<String, Integer> replicas, String name, @Nullable Integer number) {
        replicas.put(name, number == null ? 0 : number);
    }

    /** The conditions of the set say what could not be done at all. */
    private static List<Wait> obstacles(CollaSetStatus status) {
        return status.conditions().stream()
                .filter(condition -> isTrue(condition, "Stalled") || "Paused".equals(condition.reason()))
                .map(condition -> new Wait(
                        reason(condition),
                        String.valueOf(condition.type()),
                        Optional.ofNullable(condition.message()).orElse("see the events of the set")))
                .toList();
    }

    private static boolean isTrue(Condition condition, String type) {
        return type.equals(condition.type()) && "True".equals(condition.status());
    }

    private static Reason reason(Condition condition) {
        return Stream.of(Reason.values())
                .filter(known -> known.word().equals(condition.reason()))
                .findFirst()
                .orElse(Reason.REFUSED_BY_SERVER);
    }
}
