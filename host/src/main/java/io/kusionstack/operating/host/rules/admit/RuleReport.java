package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.rules.plugin.VerdictCache;
import io.kusionstack.operating.host.rules.spec.AvailabilityRule;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import java.util.List;

/**
 * What the status of a rule tells.
 *
 * @param out the first of those that count as out of service, each with a word why
 * @param targets names of all selected Pods
 * @param podVerdicts on those in a stage
 */
record RuleReport(
        RuleSpec spec,
        AvailabilityRule.PodCounts count,
        List<String> out,
        List<String> targets,
        List<RuleEngine.PodVerdict> podVerdicts,
        VerdictCache.SpecCheck acceptance) {
    /** So many Pods that are out of service are told of by name: where hundreds are, the status stays small. */
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
