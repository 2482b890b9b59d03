package io.kusionstack.operating.host.rules;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.ObjectCache;
import io.kusionstack.operating.host.kube.PodCache;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.plan.Obstacles;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The caches, as rules see them. */
record CachedRuleWorld(
        PodCache cachedPods,
        ObjectCache<PodTransitionRule> cachedRules,
        ObjectCache<CollaSet> sets,
        Obstacles obstacles)
        implements RuleWorld {
    /** As many as a CollaSet may have. */
    private static final int MOST_REPLICAS = 10_000;

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
            List<Wait> ahead = obstacles.ahead(pod, operation);
            if (ahead.isEmpty()) {
                return Optional.empty();
            }
            first = first.or(() -> Optional.of(ahead.getFirst()));
        }
        return first;
    }

    @Override
    public List<Workload> workloads(String namespace) {
        List<Workload> workloads = new ArrayList<>();
        for (CollaSet set : sets.list(namespace)) {
            if (set.getMetadata().getDeletionTimestamp() == null) {
                workloads.add(workload(set));
            }
        }
        return workloads;
    }

    static Workload workload(CollaSet set) {
        Map<String, String> labels = new HashMap<>();
        JsonNode template = set.getSpec().template();
        if (template != null) {
            for (Map.Entry<String, JsonNode> label :
                    template.path("metadata").path("labels").properties()) {
                labels.put(label.getKey(), label.getValue().asText());
            }
        }
        labels.put(Names.CONTROL, "true");
        return new Workload(set.getMetadata().getUid(), replicas(set), labels);
    }

    /** A spec that its set does not accept, or never could, wants nothing yet: what there is is what is wanted. */
    private static int replicas(CollaSet set) {
        int wanted = Optional.ofNullable(set.getSpec().replicas()).orElse(0);
        boolean isStalled = set.getStatus().conditions().stream()
                .anyMatch(condition -> "Stalled".equals(condition.type())
                        && "True".equals(condition.status())
                        && "InvalidSpec".equals(condition.reason()));
        boolean isInForce = wanted >= 0 && wanted <= MOST_REPLICAS && !isStalled;
        return isInForce
                ? wanted
                : Optional.ofNullable(set.getStatus().replicas()).orElse(0);
    }
}
