package io.kusionstack.operating.host.rules.admit;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.CollaSetSpec;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.plan.Obstacles;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The caches, as rules see them. */
record CachedRuleWorld(
        PodCache cachedPods, ObjectCache<PodTransitionRule> cachedRules, RuleWorld.Sets sets, Obstacles obstacles)
        implements RuleWorld {
    /** As many as a CollaSet may have. */
    private static final int MOST_REPLICAS = 10_000;

    private static final Wait ENDING =
            new Wait(Reason.SUPERSEDED, "", "the set is being deleted, so it neither updates nor scales in");

    @Override
    public Optional<PodTransitionRule> rule(Key key) {
        return cachedRules.get(key);
    }

    @Override
    public List<PodTransitionRule> rules(String namespace) {
        return cachedRules.list(namespace);
    }

    @Override
    public Optional<PodRecord> pod(Key key) {
        return cachedPods.get(key);
    }

    @Override
    public List<PodRecord> pods(String namespace) {
        return cachedPods.inNamespace(namespace);
    }

    @Override
    public Optional<Wait> ahead(PodRecord pod, List<String> operations) {
        Optional<Wait> first = Optional.empty();
        for (String operation : operations) {
            List<Wait> ahead = isEnding(pod, operation) ? List.of(ENDING) : obstacles.ahead(pod, operation);
            if (ahead.isEmpty()) {
                return Optional.empty();
            }
            first = first.or(() -> Optional.of(ahead.getFirst()));
        }
        return first;
    }

    /** True if the operation is of a set that is being deleted: it ends with its set. */
    private boolean isEnding(PodRecord pod, String operation) {
        return operation.equals(Names.COLLASET_OPERATION)
                && pod.controller()
                        .flatMap(owner -> sets.cache()
                                .get(new Key(pod.namespace(), owner.name()))
                                .filter(set -> set.getMetadata().getUid().equals(owner.uid())))
                        .filter(CachedRuleWorld::isDeleted)
                        .isPresent();
    }

    @Override
    public List<Workload> workloads(String namespace) {
        List<Workload> workloads = new ArrayList<>();
        for (CollaSet set : sets.cache().list(namespace)) {
            if (!leavesItsPods(set)) {
                Workload now = workload(set);
                workloads.add(new Workload(
                        now.uid(),
                        isDeleted(set) ? 0 : now.replicas(),
                        now.podLabels(),
                        sets.podLabels().apply(set)));
            }
        }
        return workloads;
    }

    private static boolean isDeleted(CollaSet set) {
        return set.getMetadata().getDeletionTimestamp() != null;
    }

    /** It is deleted and its Pods are to stay. */
    private static boolean leavesItsPods(CollaSet set) {
        return isDeleted(set) && set.getMetadata().getFinalizers().contains(Names.ORPHAN_FINALIZER);
    }

    /**
     * The workload of a set. If its newest spec is not accepted, the spec in force says how many Pods it wants, so that lost
     * Pods count as missing; if no spec ever was, it wants the Pods that it has. Until the set has looked at its newest spec,
     * it wants the larger number of the newest and the one before.
     */
    private Workload workload(CollaSet set) {
        Optional<CollaSetSpec> inForce = isAccepted(set) && isObserved(set)
                ? Optional.empty()
                : sets.accepted().apply(set);
        int asked = replicas(set.getSpec());
        if (isAccepted(set)) {
            int before = inForce.map(CachedRuleWorld::replicas).orElse(asked);
            return workload(set, set.getSpec(), Math.max(asked, before));
        }
        return inForce.map(spec -> workload(set, spec, replicas(spec)))
                .orElseGet(() -> workload(
                        set,
                        set.getSpec(),
                        Optional.ofNullable(set.getStatus().replicas()).orElse(0)));
    }

    /** Where no Pod is too many yet it makes no difference. */
    private static boolean isObserved(CollaSet set) {
        int there = Optional.ofNullable(set.getStatus().replicas()).orElse(0);
        return replicas(set.getSpec()) >= there
                || Objects.equals(
                        set.getMetadata().getGeneration(), set.getStatus().observedGeneration());
    }

    private static Workload workload(CollaSet set, CollaSetSpec spec, int replicas) {
        Map<String, String> labels = new HashMap<>();
        JsonNode template = spec.template();
        if (template != null) {
            for (Map.Entry<String, JsonNode> label :
                    template.path("metadata").path("labels").properties()) {
                labels.put(label.getKey(), label.getValue().asText());
            }
        }
        labels.put(Names.CONTROL, "true");
        return new Workload(set.getMetadata().getUid(), replicas, labels);
    }

    private static int replicas(CollaSetSpec spec) {
        return Optional.ofNullable(spec.replicas()).orElse(0);
    }

    private static boolean isAccepted(CollaSet set) {
        int wanted = replicas(set.getSpec());
        // not Stalled alone: that may have another reason at the same time
        return wanted >= 0
                && wanted <= MOST_REPLICAS
                && set.getStatus().conditions().stream()
                        .noneMatch(condition -> Reason.INVALID_SPEC.word().equals(condition.reason()));
    }

    /**
     * The fields of a set that say how many Pods it wants. The spec in force is in the cache before the status says that a
     * newer is not.
     */
    static Wanted wanted(CollaSet set) {
        int there = Optional.ofNullable(set.getStatus().replicas()).orElse(0);
        return new Wanted(
                workload(set, set.getSpec(), replicas(set.getSpec())),
                new Wanted.Reading(isAccepted(set), isObserved(set), isDeleted(set), leavesItsPods(set)),
                there);
    }

    /**
     * How many Pods a set says it wants.
     *
     * @param asked by its newest spec
     * @param there how many Pods it has
     */
    record Wanted(Workload asked, Reading reading, int there) {
        /** How its newest spec is to be taken. */
        record Reading(boolean accepted, boolean observed, boolean deleted, boolean leavesItsPods) {}

        /** True if a rule counts by both alike. */
        boolean isLike(Wanted other) {
            return asked.equals(other.asked)
                    && reading.equals(other.reading)
                    && (reading.accepted || there == other.there);
        }
    }
}
