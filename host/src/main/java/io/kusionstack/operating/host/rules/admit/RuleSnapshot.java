package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.spec.AvailabilityRule;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import io.kusionstack.operating.host.rules.spec.SkippedRules;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that is known when Pods are judged.
 *
 * @param rules in the order of their uids
 * @param stagedPods in the order in which they get slots
 * @param verdicts what plugins said, at PreCheck also of rules of PostCheck that nobody can pass; a Pod without one waits
 */
record RuleSnapshot(List<CountedRule> rules, List<StagedPod> stagedPods, Map<VerdictKey, Decision> verdicts) {
    RuleSnapshot {
        rules = List.copyOf(rules);
        stagedPods = List.copyOf(stagedPods);
        verdicts = Map.copyOf(verdicts);
    }

    /**
     * A rule object and the Pods it selects, as counted before anybody is judged.
     *
     * @param surplus by workload, of those that have more Pods than they want and count here with all of them
     */
    record CountedRule(RuleSpec spec, AvailabilityRule.PodCounts count, Map<String, Surplus> surplus) {
        CountedRule {
            surplus = Map.copyOf(surplus);
        }

        CountedRule(RuleSpec spec, AvailabilityRule.PodCounts count) {
            this(spec, count, Map.of());
        }
    }

    /**
     * A Pod in a stage.
     *
     * @param skips the rules it need not pass
     * @param leave how it stands to a budget if it goes on
     * @param goingOf the workload that it counts for, if it is down, or has left, and goes for good
     * @param heldBack why it may not go on yet though every rule lets it
     */
    record StagedPod(
            PodRef pod,
            Stage stage,
            Map<String, String> labels,
            SkippedRules skips,
            SlotNeed leave,
            Optional<String> goingOf,
            Optional<Wait> heldBack) {
        /** True if the Pod asks at this rule's stage, and has to pass it. */
        boolean mustPass(RuleSpec.CheckedRule rule) {
            return rule.appliesTo(stage, labels, skips);
        }

        /** True if the Pod is about to leave service, and will have to pass this rule on its way back. */
        boolean returnsThrough(RuleSpec.CheckedRule rule) {
            return rule.awaits(stage, labels, skips);
        }

        /** The same, who may not go on for this reason unless there is another already. */
        StagedPod heldBack(Wait why) {
            return new StagedPod(pod, stage, labels, skips, leave, goingOf, heldBack.or(() -> Optional.of(why)));
        }
    }

    /** How a Pod stands to a budget if it goes on. */
    enum SlotNeed {
        /** Counted as out of service already, and stays so without a write of ours, or nothing takes it out at this stage. */
        OUT,
        /** In service: it takes a slot. */
        IN_SERVICE,
        /** Counted as out, but may serve again by itself: it takes a slot, for which its own outage does not count. */
        MAY_RETURN,
        /** It left while it was out anyway, and could serve again: as if it had taken a slot then. */
        LEFT
    }

    /** What a plugin was asked. */
    record VerdictKey(String ruleUid, String rule, String podUid, Stage stage) {}
}
