package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.plan.Judgement;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.AvailabilityRule.Count;
import io.kusionstack.operating.host.rules.RuleSnapshot.Asked;
import io.kusionstack.operating.host.rules.RuleSnapshot.Counted;
import io.kusionstack.operating.host.rules.RuleSnapshot.Subject;
import io.kusionstack.operating.host.rules.RuleSpec.Demand;
import io.kusionstack.operating.host.rules.RuleSpec.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges Pods, one after the other, by all rules that select them. A Pod takes its slots from all of its rules or from
 * none, so two rules with one slot each never wait for each other.
 */
final class RuleEngine {
    private final RuleSnapshot snapshot;
    private final Count[] counts;

    private RuleEngine(RuleSnapshot snapshot) {
        this.snapshot = snapshot;
        this.counts = snapshot.rules().stream().map(Counted::count).toArray(Count[]::new);
    }

    /** One ruling per subject, in their order. */
    static List<Ruling> judge(RuleSnapshot snapshot) {
        RuleEngine engine = new RuleEngine(snapshot);
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
                if (rule.appliesTo(subject)) {
                    findings.add(new Finding(spec.uid(), rule.name(), ask(spec, rule, subject, counts[i])));
                }
            }
        }
        Judgement judgement = sum(subject, findings);
        boolean granted = subject.takesSlot() && judgement instanceof Judgement.Passed && !selecting.isEmpty();
        if (granted) {
            selecting.forEach(i -> counts[i] = counts[i].andOneMoreOut());
        }
        return new Ruling(subject, judgement, findings, granted);
    }

    private Judgement ask(RuleSpec spec, Rule rule, Subject subject, Count count) {
        return switch (rule.demand()) {
            case Demand.Availability(AvailabilityRule availability) ->
                (subject.takesSlot() ? availability.blocks(count) : Optional.<String>empty())
                        .map(why -> rejected(Reason.BUDGET_EXHAUSTED, spec, rule, why))
                        .orElseGet(Judgement.Passed::new);
            case Demand.Plugged plugged -> verdict(spec, rule, subject, plugged.plugin());
            case Demand.Invalid(String problem) -> rejected(Reason.WAITING_FOR_RULE, spec, rule, "correct " + problem);
        };
    }

    private Judgement verdict(RuleSpec spec, Rule rule, Subject subject, String plugin) {
        Judgement verdict = snapshot.verdicts()
                .get(new Asked(spec.uid(), rule.name(), subject.pod().uid(), subject.stage()));
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
    record Finding(String ruleUid, String rule, Judgement judgement) {}
}
