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
 * All facts on which a decision about Pods depends.
 *
 * @param rules in the order of their uids
 * @param stagedPods in the order in which they get slots
 * @param verdicts the decisions of plugins; for a Pod at PreCheck also those of PostCheck rules that no Pod can pass. A Pod
 *     without a verdict waits
 */
record RuleSnapshot(List<CountedRule> rules, List<StagedPod> stagedPods, Map<VerdictKey, Decision> verdicts) {
    RuleSnapshot {
        rules = List.copyOf(rules);
        stagedPods = List.copyOf(stagedPods);
        verdicts = Map.copyOf(verdicts);
    }

    /**
     * A rule object and its Pods, as counted before any decision.
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
     * @param skips the rules that it does not have to pass
     * @param slotNeed the slot that it needs to go on
     * @param goingOf the workload that it counts for, if it is down, or has left, and goes for good
     * @param heldBack why it may not go on yet even if every rule says yes
     */
    record StagedPod(
            PodRef pod,
            Stage stage,
            Map<String, String> labels,
            SkippedRules skips,
            SlotNeed slotNeed,
            Optional<String> goingOf,
            Optional<Wait> heldBack) {
        /** True if the Pod has to pass this rule now. */
        boolean mustPass(RuleSpec.CheckedRule rule) {
            return rule.appliesTo(stage, labels, skips);
        }

        /** True if the Pod is about to leave service, and will have to pass this rule on its way back. */
        boolean returnsThrough(RuleSpec.CheckedRule rule) {
            return rule.awaits(stage, labels, skips);
        }

        /** The same Pod, held back for this reason unless it is for another one. */
        StagedPod heldBack(Wait why) {
            return new StagedPod(pod, stage, labels, skips, slotNeed, goingOf, heldBack.or(() -> Optional.of(why)));
        }
    }

    /** The slot that a Pod needs to go on. */
    enum SlotNeed {
        /** None: it counts as out of service and stays out, or nothing takes it out of service at this stage. */
        OUT,
        /** One: it is in service. */
        IN_SERVICE,
        /** One, for which its own outage does not count: it counts as out of service, but may serve again by itself. */
        MAY_RETURN,
        /** One, as if taken earlier: it left while it was out of service anyway, and could serve again. */
        LEFT
    }

    /** The rule, the Pod and the stage that a verdict is about. */
    record VerdictKey(String ruleUid, String rule, String podUid, Stage stage) {}
}
