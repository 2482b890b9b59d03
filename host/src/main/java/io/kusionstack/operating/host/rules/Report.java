package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.rules.AvailabilityRule.Count;
import io.kusionstack.operating.host.rules.Docket.Acceptance;
import io.kusionstack.operating.host.rules.RuleEngine.Ruling;
import java.util.List;

/**
 * What the status of a rule tells.
 *
 * @param out the first of those that count as out of service, each with a word why
 * @param targets names of all selected Pods
 * @param rulings on those in a stage
 */
record Report(
        RuleSpec spec,
        Count count,
        List<String> out,
        List<String> targets,
        List<Ruling> rulings,
        Acceptance acceptance) {
    /** So many Pods that are out of service are told of by name: where hundreds are, the status stays small. */
    static final int MOST_NAMED = 3;

    Report {
        out = List.copyOf(out);
        targets = List.copyOf(targets);
        rulings = List.copyOf(rulings);
    }

    Report(Tally tally, List<Ruling> rulings, Acceptance acceptance) {
        this(tally.spec(), tally.count(), tally.out(MOST_NAMED), tally.targets(), rulings, acceptance);
    }
}
