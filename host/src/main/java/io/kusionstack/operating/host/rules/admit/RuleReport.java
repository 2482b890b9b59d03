package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.rules.plugin.VerdictCache;
import io.kusionstack.operating.host.rules.spec.AvailabilityRule;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import java.util.List;

/**
 * The facts that the status of a rule object shows.
 *
 * @param out the first Pods that count as out of service, each with its cause
 * @param targets names of all selected Pods
 * @param podVerdicts the verdicts on the Pods in a stage
 */
record RuleReport(
        RuleSpec spec,
        AvailabilityRule.PodCounts count,
        List<String> out,
        List<String> targets,
        List<RuleEngine.PodVerdict> podVerdicts,
        VerdictCache.SpecCheck acceptance) {
    /** At most this many Pods that are out of service are named, so that the status stays small. */
    static final int MOST_NAMED = 3;

    RuleReport {
        out = List.copyOf(out);
        targets = List.copyOf(targets);
        podVerdicts = List.copyOf(podVerdicts);
    }

    RuleReport(RuleBudget budget, List<RuleEngine.PodVerdict> podVerdicts, VerdictCache.SpecCheck acceptance) {
        this(budget.spec(), budget.count(), budget.out(MOST_NAMED), budget.targets(), podVerdicts, acceptance);
    }
}
