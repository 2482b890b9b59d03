package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.spec.AvailabilityRule;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import io.kusionstack.operating.host.rules.spec.SkippedRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Decides about Pods, one after the other, by all rules that select them. A Pod takes its slots from all of its rules or from
 * none, so two rules with one slot each never wait for each other. Pure.
 */
final class RuleEngine {
    private final RuleSnapshot snapshot;
    private final Predicate<RuleSpec.CheckedRule> asked;
    private final AvailabilityRule.PodCounts[] counts;
    private final List<Map<String, Surplus>> surplus;

    private RuleEngine(RuleSnapshot snapshot, Predicate<RuleSpec.CheckedRule> asked) {
        this.snapshot = snapshot;
        this.asked = asked;
        this.counts = snapshot.rules().stream()
                .map(RuleSnapshot.CountedRule::count)
                .toArray(AvailabilityRule.PodCounts[]::new);
        this.surplus = snapshot.rules().stream()
                .<Map<String, Surplus>>map(counted -> new HashMap<>(counted.surplus()))
                .toList();
    }

    /** One verdict for each Pod in a stage, in their order. */
    static List<PodVerdict> evaluate(RuleSnapshot snapshot) {
        RuleEngine engine = new RuleEngine(snapshot, rule -> true);
        return snapshot.stagedPods().stream().map(engine::rule).toList();
    }

    /** The same, by the limits alone: plugins decided earlier. */
    static List<PodVerdict> evaluateLimits(RuleSnapshot snapshot) {
        RuleEngine engine = new RuleEngine(snapshot, rule -> !rule.isPlugged());
        return snapshot.stagedPods().stream().map(engine::rule).toList();
    }

    private PodVerdict rule(RuleSnapshot.StagedPod stagedPod) {
        List<RuleVerdict> ruleVerdicts = new ArrayList<>();
        List<Integer> selecting = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            RuleSpec spec = snapshot.rules().get(i).spec();
            if (!spec.selects(stagedPod.labels())) {
                continue;
            }
            selecting.add(i);
            for (RuleSpec.CheckedRule rule : spec.rules()) {
                if (asked.test(rule) && (stagedPod.mustPass(rule) || awaits(spec, rule, stagedPod))) {
                    ruleVerdicts.add(new RuleVerdict(
                            spec.uid(), rule.name(), ask(spec, rule, stagedPod, countFor(stagedPod, i))));
                }
            }
        }
        mistake(stagedPod, selecting)
                .ifPresent(mistake -> ruleVerdicts.replaceAll(ruleVerdict -> ruleVerdict.adding(mistake)));
        Decision decision = sum(stagedPod, ruleVerdicts);
        boolean granted = stagedPod.slotNeed() != RuleSnapshot.SlotNeed.OUT
                && decision instanceof Decision.Admitted
                && !selecting.isEmpty();
        if (granted) {
            selecting.forEach(i -> takeSlot(stagedPod, i));
        }
        return new PodVerdict(stagedPod, decision, ruleVerdicts, granted);
    }

    /** The count without the outage of the Pod itself. */
    private AvailabilityRule.PodCounts countFor(RuleSnapshot.StagedPod stagedPod, int rule) {
        return switch (stagedPod.slotNeed()) {
            case OUT, IN_SERVICE -> counts[rule];
            case MAY_RETURN ->
                surplus(stagedPod, rule)
                        .map(known -> besideOneThatGoes(counts[rule], known))
                        .orElseGet(() -> beside(counts[rule]));
            case LEFT ->
                beside(surplus(stagedPod, rule)
                        .map(known -> othersThatGo(counts[rule], known))
                        .orElse(counts[rule]));
        };
    }

    /** A Pod whose deletion was learned a moment ago may be left out already. */
    private static AvailabilityRule.PodCounts beside(AvailabilityRule.PodCounts count) {
        return count.out() == 0 ? count.andOneMore() : count.andOneBack();
    }

    private static AvailabilityRule.PodCounts besideOneThatGoes(AvailabilityRule.PodCounts count, Surplus known) {
        AvailabilityRule.PodCounts others = othersThatGo(count, known);
        return known.down() > known.tooMany() ? others.andOneBack() : others.andOneMore();
    }

    private static AvailabilityRule.PodCounts othersThatGo(AvailabilityRule.PodCounts count, Surplus known) {
        return count.without(known.spareForThoseThatGo() - known.spare());
    }

    private Optional<Surplus> surplus(RuleSnapshot.StagedPod stagedPod, int rule) {
        return stagedPod
                .goingOf()
                .flatMap(workload -> Optional.ofNullable(surplus.get(rule).get(workload)));
    }

    private void takeSlot(RuleSnapshot.StagedPod stagedPod, int rule) {
        Optional<Surplus> before =
                stagedPod.slotNeed() == RuleSnapshot.SlotNeed.MAY_RETURN ? surplus(stagedPod, rule) : Optional.empty();
        if (before.isEmpty()) {
            counts[rule] = countFor(stagedPod, rule).andOneMoreOut();
            return;
        }
        Surplus after = before.get().withOneLeaving();
        surplus.get(rule).put(stagedPod.goingOf().orElseThrow(), after);
        if (after.spare() < before.get().spare()) {
            counts[rule] = counts[rule].andOneMore().andOneMoreOut();
        }
    }

    /** No Pod leaves service towards a rule that is known to hold it on its way back. */
    private boolean awaits(RuleSpec spec, RuleSpec.CheckedRule rule, RuleSnapshot.StagedPod stagedPod) {
        return stagedPod.returnsThrough(rule)
                && switch (rule.check()) {
                    case RuleSpec.RuleCheck.Availability limit -> false;
                    case RuleSpec.RuleCheck.Plugged plugged ->
                        snapshot.verdicts().containsKey(asked(spec, rule, stagedPod));
                    case RuleSpec.RuleCheck.InvalidRule invalid -> true;
                };
    }

    private static RuleSnapshot.VerdictKey asked(
            RuleSpec spec, RuleSpec.CheckedRule rule, RuleSnapshot.StagedPod stagedPod) {
        return new RuleSnapshot.VerdictKey(
                spec.uid(), rule.name(), stagedPod.pod().uid(), stagedPod.stage());
    }

    private Optional<String> mistake(RuleSnapshot.StagedPod stagedPod, List<Integer> selecting) {
        return stagedPod.skips().equals(SkippedRules.NONE)
                ? Optional.empty()
                : stagedPod
                        .skips()
                        .mistake(selecting.stream()
                                .map(i -> snapshot.rules().get(i).spec())
                                .toList());
    }

    private Decision ask(
            RuleSpec spec,
            RuleSpec.CheckedRule rule,
            RuleSnapshot.StagedPod stagedPod,
            AvailabilityRule.PodCounts count) {
        return switch (rule.check()) {
            case RuleSpec.RuleCheck.Availability(AvailabilityRule availability) ->
                blocks(availability, stagedPod, count)
                        .map(why -> rejected(Reason.BUDGET_EXHAUSTED, spec, rule, why))
                        .orElseGet(Decision.Admitted::new);
            case RuleSpec.RuleCheck.Plugged plugged -> verdict(spec, rule, stagedPod, plugged.plugin());
            case RuleSpec.RuleCheck.InvalidRule(String problem) ->
                rejected(Reason.WAITING_FOR_RULE, spec, rule, "correct " + problem);
        };
    }

    private static Optional<String> blocks(
            AvailabilityRule availability, RuleSnapshot.StagedPod stagedPod, AvailabilityRule.PodCounts count) {
        return availability.freezes().or(() -> switch (stagedPod.slotNeed()) {
            case OUT -> Optional.empty();
            case IN_SERVICE, MAY_RETURN, LEFT -> availability.blocks(count);
        });
    }

    private Decision verdict(
            RuleSpec spec, RuleSpec.CheckedRule rule, RuleSnapshot.StagedPod stagedPod, String plugin) {
        Decision verdict = snapshot.verdicts().get(asked(spec, rule, stagedPod));
        return verdict != null
                ? verdict
                : rejected(
                        Reason.WAITING_FOR_RULE,
                        spec,
                        rule,
                        "plugin \"" + plugin + "\" has not been asked about this Pod yet");
    }

    private static Decision sum(RuleSnapshot.StagedPod stagedPod, List<RuleVerdict> ruleVerdicts) {
        List<Wait> waits = new ArrayList<>();
        Optional<Duration> soonest = Optional.empty();
        for (RuleVerdict ruleVerdict : ruleVerdicts) {
            switch (ruleVerdict.decision()) {
                case Decision.Admitted ignored -> {}
                case Decision.Rejected rejected -> waits.addAll(rejected.waits());
                case Decision.Postponed waiting -> {
                    waits.addAll(waiting.waits());
                    soonest = soonest.filter(after -> after.compareTo(waiting.after()) <= 0)
                            .or(() -> Optional.of(waiting.after()));
                }
            }
        }
        if (waits.isEmpty()) {
            stagedPod.heldBack().ifPresent(waits::add);
        }
        if (waits.isEmpty()) {
            return new Decision.Admitted();
        }
        return soonest.<Decision>map(after -> new Decision.Postponed(waits, after))
                .orElseGet(() -> new Decision.Rejected(waits));
    }

    private static Decision rejected(Reason reason, RuleSpec spec, RuleSpec.CheckedRule rule, String why) {
        return new Decision.Rejected(List.of(spec.wait(reason, rule, why)));
    }

    /**
     * The decision about one Pod.
     *
     * @param ruleVerdicts the decision of each rule that applies, in the order of the rules
     * @param granted true if it took slots that it did not have before
     */
    record PodVerdict(
            RuleSnapshot.StagedPod stagedPod, Decision decision, List<RuleVerdict> ruleVerdicts, boolean granted) {
        PodVerdict {
            ruleVerdicts = List.copyOf(ruleVerdicts);
        }
    }

    /** The decision of one rule about one Pod. */
    record RuleVerdict(String ruleUid, String rule, Decision decision) {
        /** The same, with another sentence at the end of the message of each wait. */
        RuleVerdict adding(String words) {
            return new RuleVerdict(
                    ruleUid,
                    rule,
                    switch (decision) {
                        case Decision.Admitted passed -> passed;
                        case Decision.Rejected(List<Wait> waits) -> new Decision.Rejected(adding(waits, words));
                        case Decision.Postponed(List<Wait> waits, Duration after) ->
                            new Decision.Postponed(adding(waits, words), after);
                    });
        }

        private static List<Wait> adding(List<Wait> waits, String words) {
            return waits.stream()
                    .map(wait -> new Wait(wait.reason(), wait.on(), wait.message() + "; " + words))
                    .toList();
        }
    }
}
