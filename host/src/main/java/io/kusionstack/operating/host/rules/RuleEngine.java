package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.plan.Judgement;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.AvailabilityRule.Count;
import io.kusionstack.operating.host.rules.RuleSnapshot.Asked;
import io.kusionstack.operating.host.rules.RuleSnapshot.Counted;
import io.kusionstack.operating.host.rules.RuleSnapshot.Leave;
import io.kusionstack.operating.host.rules.RuleSnapshot.Subject;
import io.kusionstack.operating.host.rules.RuleSpec.Demand;
import io.kusionstack.operating.host.rules.RuleSpec.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Judges Pods, one after the other, by all rules that select them. A Pod takes its slots from all of its rules or from
 * none, so two rules with one slot each never wait for each other.
 */
final class RuleEngine {
    private final RuleSnapshot snapshot;
    private final Predicate<Rule> asked;
    private final Count[] counts;
    private final List<Map<String, Surplus>> surplus;

    private RuleEngine(RuleSnapshot snapshot, Predicate<Rule> asked) {
        this.snapshot = snapshot;
        this.asked = asked;
        this.counts = snapshot.rules().stream().map(Counted::count).toArray(Count[]::new);
        this.surplus = snapshot.rules().stream()
                .<Map<String, Surplus>>map(counted -> new HashMap<>(counted.surplus()))
                .toList();
    }

    /** One ruling per subject, in their order. */
    static List<Ruling> judge(RuleSnapshot snapshot) {
        RuleEngine engine = new RuleEngine(snapshot, rule -> true);
        return snapshot.subjects().stream().map(engine::rule).toList();
    }

    /** The same, by the limits alone: whatever plugins said was heard before. */
    static List<Ruling> judgeByLimits(RuleSnapshot snapshot) {
        RuleEngine engine = new RuleEngine(snapshot, rule -> !rule.isPlugged());
        return snapshot.subjects().stream().map(engine::rule).toList();
    }

    private Ruling rule(Subject subject) {
        List<Finding> findings = new ArrayList<>();
        List<Integer> selecting = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            RuleSpec spec = snapshot.rules().get(i).spec();
            if (!spec.selects(subject.labels())) {
                continue;
            }
            selecting.add(i);
            for (Rule rule : spec.rules()) {
                if (asked.test(rule) && (rule.appliesTo(subject) || awaits(spec, rule, subject))) {
                    findings.add(new Finding(spec.uid(), rule.name(), ask(spec, rule, subject, countFor(subject, i))));
                }
            }
        }
        mistake(subject, selecting).ifPresent(mistake -> findings.replaceAll(finding -> finding.adding(mistake)));
        Judgement judgement = sum(subject, findings);
        boolean granted = subject.leave() != Leave.OUT && judgement instanceof Judgement.Passed && !selecting.isEmpty();
        if (granted) {
            selecting.forEach(i -> takeSlot(subject, i));
        }
        return new Ruling(subject, judgement, findings, granted);
    }

    /** What there is beside the outage of the Pod itself. */
    private Count countFor(Subject subject, int rule) {
        return switch (subject.leave()) {
            case OUT, IN_SERVICE -> counts[rule];
            case MAY_RETURN ->
                surplus(subject, rule)
                        .map(known -> besideOneThatGoes(counts[rule], known))
                        .orElseGet(() -> beside(counts[rule]));
            case LEFT ->
                beside(surplus(subject, rule)
                        .map(known -> othersThatGo(counts[rule], known))
                        .orElse(counts[rule]));
        };
    }

    /** A Pod whose deletion was learned a moment ago may be left out already. */
    private static Count beside(Count count) {
        return count.out() == 0 ? count.andOneMore() : count.andOneBack();
    }

    private static Count besideOneThatGoes(Count count, Surplus known) {
        Count others = othersThatGo(count, known);
        return known.down() > known.tooMany() ? others.andOneBack() : others.andOneMore();
    }

    private static Count othersThatGo(Count count, Surplus known) {
        return count.without(known.spareForThoseThatGo() - known.spare());
    }

    private Optional<Surplus> surplus(Subject subject, int rule) {
        return subject.goingOf()
                .flatMap(workload -> Optional.ofNullable(surplus.get(rule).get(workload)));
    }

    private void takeSlot(Subject subject, int rule) {
        Optional<Surplus> before = subject.leave() == Leave.MAY_RETURN ? surplus(subject, rule) : Optional.empty();
        if (before.isEmpty()) {
            counts[rule] = countFor(subject, rule).andOneMoreOut();
            return;
        }
        Surplus after = before.get().withOneLeaving();
        surplus.get(rule).put(subject.goingOf().orElseThrow(), after);
        if (after.spare() < before.get().spare()) {
            counts[rule] = counts[rule].andOneMore().andOneMoreOut();
        }
    }

    /** Nobody leaves service towards a rule that is known to hold it on its way back. */
    private boolean awaits(RuleSpec spec, Rule rule, Subject subject) {
        return rule.awaits(subject)
                && switch (rule.demand()) {
                    case Demand.Availability limit -> false;
                    case Demand.Plugged plugged -> snapshot.verdicts().containsKey(asked(spec, rule, subject));
                    case Demand.Invalid invalid -> true;
                };
    }

    private static Asked asked(RuleSpec spec, Rule rule, Subject subject) {
        return new Asked(spec.uid(), rule.name(), subject.pod().uid(), subject.stage());
    }

    private Optional<String> mistake(Subject subject, List<Integer> selecting) {
        return subject.skips().equals(SkippedRules.NONE)
                ? Optional.empty()
                : subject.skips()
                        .mistake(selecting.stream()
                                .map(i -> snapshot.rules().get(i).spec())
                                .toList());
    }

    private Judgement ask(RuleSpec spec, Rule rule, Subject subject, Count count) {
        return switch (rule.demand()) {
            case Demand.Availability(AvailabilityRule availability) ->
                blocks(availability, subject, count)
                        .map(why -> rejected(Reason.BUDGET_EXHAUSTED, spec, rule, why))
                        .orElseGet(Judgement.Passed::new);
            case Demand.Plugged plugged -> verdict(spec, rule, subject, plugged.plugin());
            case Demand.Invalid(String problem) -> rejected(Reason.WAITING_FOR_RULE, spec, rule, "correct " + problem);
        };
    }

    private static Optional<String> blocks(AvailabilityRule availability, Subject subject, Count count) {
        return availability.freezes().or(() -> switch (subject.leave()) {
            case OUT -> Optional.empty();
            case IN_SERVICE, MAY_RETURN, LEFT -> availability.blocks(count);
        });
    }

    private Judgement verdict(RuleSpec spec, Rule rule, Subject subject, String plugin) {
        Judgement verdict = snapshot.verdicts().get(asked(spec, rule, subject));
        return verdict != null
                ? verdict
                : rejected(
                        Reason.WAITING_FOR_RULE,
                        spec,
                        rule,
                        "plugin \"" + plugin + "\" has not been asked about this Pod yet");
    }

    private static Judgement sum(Subject subject, List<Finding> findings) {
        List<Wait> waits = new ArrayList<>();
        Optional<Duration> soonest = Optional.empty();
        for (Finding finding : findings) {
            switch (finding.judgement()) {
                case Judgement.Passed ignored -> {}
                case Judgement.Rejected rejected -> waits.addAll(rejected.waits());
                case Judgement.Waiting waiting -> {
                    waits.addAll(waiting.waits());
                    soonest = soonest.filter(after -> after.compareTo(waiting.after()) <= 0)
                            .or(() -> Optional.of(waiting.after()));
                }
            }
        }
        if (waits.isEmpty()) {
            subject.aside().ifPresent(waits::add);
        }
        if (waits.isEmpty()) {
            return new Judgement.Passed();
        }
        return soonest.<Judgement>map(after -> new Judgement.Waiting(waits, after))
                .orElseGet(() -> new Judgement.Rejected(waits));
    }

    private static Judgement rejected(Reason reason, RuleSpec spec, Rule rule, String why) {
        return new Judgement.Rejected(List.of(spec.wait(reason, rule, why)));
    }

    /**
     * The answer to one subject.
     *
     * @param findings what each rule that applies said, in the order of the rules
     * @param granted true if it took slots that it did not have before
     */
    record Ruling(Subject subject, Judgement judgement, List<Finding> findings, boolean granted) {
        Ruling {
            findings = List.copyOf(findings);
        }
    }

    /** What one rule said of one Pod. */
    record Finding(String ruleUid, String rule, Judgement judgement) {
        /** The same, with something else that whoever waits has to know. */
        Finding adding(String words) {
            return new Finding(
                    ruleUid,
                    rule,
                    switch (judgement) {
                        case Judgement.Passed passed -> passed;
                        case Judgement.Rejected(List<Wait> waits) -> new Judgement.Rejected(adding(waits, words));
                        case Judgement.Waiting(List<Wait> waits, Duration after) ->
                            new Judgement.Waiting(adding(waits, words), after);
                    });
        }

        private static List<Wait> adding(List<Wait> waits, String words) {
            return waits.stream()
                    .map(wait -> new Wait(wait.reason(), wait.on(), wait.message() + "; " + words))
                    .toList();
        }
    }
}
