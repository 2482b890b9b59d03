package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.CollaSetSpec;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.plan.Obstacles;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The cluster as the rules see it: the caches. Called under the lock of a namespace, so it answers from memory and never calls
 * back into the rules.
 */
public interface RuleWorld {
    /**
     * CollaSets, with facts that only other objects show.
     *
     * @param accepted the spec in force of a set whose newest spec is not accepted; empty if none ever was
     * @param podLabels the labels of all templates from which its Pods may be made
     */
    record Sets(
            ObjectCache<CollaSet> cache,
            Function<CollaSet, Optional<CollaSetSpec>> accepted,
            Function<CollaSet, List<Map<String, String>>> podLabels) {}

    /** The world as the caches show it; the workloads are the CollaSets. */
    static RuleWorld of(PodCache pods, ObjectCache<PodTransitionRule> rules, Sets sets, Obstacles obstacles) {
        return new CachedRuleWorld(pods, rules, sets, obstacles);
    }

    Optional<PodTransitionRule> rule(Key key);

    List<PodTransitionRule> rules(String namespace);

    Optional<PodRecord> pod(Key key);

    List<PodRecord> pods(String namespace);

    /**
     * The obstacle ahead of a Pod that waits at PreCheck; empty if one of these operations could go on.
     *
     * @param operations ids of those that wait; none if it waits for nothing
     */
    default Optional<Wait> ahead(PodRecord pod, List<String> operations) {
        return Optional.empty();
    }

    /** The workloads of a namespace that want a known number of Pods; one that is deleted with its Pods wants none. */
    List<Workload> workloads(String namespace);

    /**
     * A workload that owns Pods.
     *
     * @param replicas how many Pods it wants
     * @param podLabels the labels of its Pod template
     * @param olderPodLabels the labels of older templates that Pods may still have
     */
    record Workload(String uid, int replicas, Map<String, String> podLabels, List<Map<String, String>> olderPodLabels) {
        public Workload {
            podLabels = Map.copyOf(podLabels);
            olderPodLabels = List.copyOf(olderPodLabels);
        }

        Workload(String uid, int replicas, Map<String, String> podLabels) {
            this(uid, replicas, podLabels, List.of());
        }
    }
}
