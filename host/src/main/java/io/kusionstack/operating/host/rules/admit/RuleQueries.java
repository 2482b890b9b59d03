package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.plugin.PluginQuery;
import io.kusionstack.operating.host.rules.plugin.VerdictCache;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import io.kusionstack.operating.host.rules.spec.SkippedRules;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Makes the queries to the plugins of rules, and tells when they are due. Reads the index of Pods and the verdicts, and changes
 * neither. Guarded by the lock of the namespace.
 */
final class RuleQueries {
    private final RuleIndex index;
    private final VerdictCache verdicts;

    RuleQueries(RuleIndex index, VerdictCache verdicts) {
        this.index = index;
        this.verdicts = verdicts;
    }

    /** Those of the rules that have a query, now or at a known time. */
    Set<Key> withQueries(List<RuleBudget> budgets, Instant now) {
        Set<Key> keys = new TreeSet<>();
        for (RuleBudget budget : budgets) {
            if (!budget.plugged().isEmpty() && next(budget, now).isPresent()) {
                keys.add(budget.spec().key());
            }
        }
        return keys;
    }

    /** When the next query of the rule is due; empty if only an event brings one. */
    Optional<Instant> next(RuleBudget budget, Instant now) {
        return queries(budget).stream()
                .flatMap(query -> verdicts.due(query, now).stream())
                .min(Instant::compareTo);
    }

    /** The queries of the rule that are due. */
    List<PluginQuery> due(RuleBudget budget, Instant now) {
        return queries(budget).stream()
                .filter(query -> verdicts.due(query, now)
                        .filter(due -> !due.isAfter(now))
                        .isPresent())
                .toList();
    }

    private List<PluginQuery> queries(RuleBudget budget) {
        if (budget.plugged().isEmpty()) {
            return List.of();
        }
        List<PodRecord> selected = pods(budget.targets());
        List<PodRecord> staged = pods(budget.staged());
        List<PluginQuery> queries = new ArrayList<>();
        for (RuleSpec.CheckedRule rule : budget.plugged()) {
            if (rule.check() instanceof RuleSpec.RuleCheck.Plugged check) {
                queries.add(new PluginQuery(
                        budget.spec(),
                        rule,
                        check,
                        selected,
                        waiting(rule, staged),
                        budget.moves(),
                        verdicts.wakes(budget.spec(), rule)));
            }
        }
        return queries;
    }

    private List<PodRecord> pods(List<String> names) {
        return names.stream()
                .flatMap(name -> index.tracked(name).map(TrackedPod::pod).stream())
                .toList();
    }

    private static List<PodRecord> waiting(RuleSpec.CheckedRule rule, List<PodRecord> staged) {
        Map<PodFacts.QueuePosition, PodRecord> waiting = new TreeMap<>();
        for (PodRecord pod : staged) {
            Optional<PodFacts.QueuePosition> place = PodFacts.of(pod).place(rule.stage());
            if (place.isPresent() && rule.appliesTo(rule.stage(), pod.labels(), SkippedRules.of(pod))) {
                waiting.put(place.get(), pod);
            }
        }
        return List.copyOf(waiting.values());
    }
}
