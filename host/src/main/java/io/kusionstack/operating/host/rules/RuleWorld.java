package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.ObjectCache;
import io.kusionstack.operating.host.kube.PodCache;
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
 * What rules see of the cluster: the caches. Called under the lock of a namespace, so it answers from memory and calls
 * nobody back.
 */
public interface RuleWorld {
    /**
     * The world as the caches know it; the workloads are the CollaSets.
     *
     * @param accepted the spec that is in force of a set whose newest one is not accepted; empty where none ever was
     */
    static RuleWorld of(
            PodCache pods,
            ObjectCache<PodTransitionRule> rules,
            ObjectCache<CollaSet> sets,
            Obstacles obstacles,
            Function<CollaSet, Optional<CollaSetSpec>> accepted) {
        return new CachedRuleWorld(pods, rules, sets, obstacles, accepted);
    }

    Optional<PodTransitionRule> rule(Key key);

    List<PodTransitionRule> rules(String namespace);

    Optional<PodRecord> pod(Key key);

    List<PodRecord> pods(String namespace);

    /**
     * What stands in the way of a Pod that waits at PreCheck: empty if one of these operations could go on.
     *
     * @param operations ids of those that wait; none if it waits for nothing
     */
    default Optional<Wait> ahead(PodRecord pod, List<String> operations) {
        return Optional.empty();
    }

    /** The workloads of a namespace that want a known number of Pods; one that is being deleted wants none and is left out. */
    List<Workload> workloads(String namespace);

    /**
     * A workload that owns Pods.
     *
     * @param replicas how many Pods it wants
     * @param podLabels the labels of its Pod template
     */
    record Workload(String uid, int replicas, Map<String, String> podLabels) {
        public Workload {
            podLabels = Map.copyOf(podLabels);
        }
    }
}
