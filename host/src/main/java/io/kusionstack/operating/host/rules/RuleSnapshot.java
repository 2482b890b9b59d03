package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.plan.Judgement;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All that is known when Pods are judged.
 *
 * @param rules in the order of their uids
 * @param subjects in the order in which they get slots
 * @param verdicts what plugins said; a Pod without one waits
 */
record RuleSnapshot(List<Counted> rules, List<Subject> subjects, Map<Asked, Judgement> verdicts) {
    RuleSnapshot {
        rules = List.copyOf(rules);
        subjects = List.copyOf(subjects);
        verdicts = Map.copyOf(verdicts);
    }

    /** A rule object and the Pods it selects, as counted before anybody is judged. */
    record Counted(RuleSpec spec, AvailabilityRule.Count count) {}

    /**
     * A Pod in a stage.
     *
     * @param skips names of the rules it need not pass
     * @param takesSlot false for a Pod that is counted as out of service already: it passes every availability rule
     * @param aside why it may not go on yet though every rule lets it
     */
    record Subject(
            PodRef pod,
            Stage stage,
            Map<String, String> labels,
            Set<String> skips,
            boolean takesSlot,
            Optional<Wait> aside) {
        /** The same, who may not go on for this reason unless there is another already. */
        Subject aside(Wait why) {
            return new Subject(pod, stage, labels, skips, takesSlot, aside.or(() -> Optional.of(why)));
        }
    }

    /** What a plugin was asked. */
    record Asked(String ruleUid, String rule, String podUid, Stage stage) {}
}
