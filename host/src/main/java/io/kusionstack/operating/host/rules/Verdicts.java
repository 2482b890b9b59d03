package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.plan.Judgement;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.Reply.Heard;
import io.kusionstack.operating.host.rules.RuleSpec.Rule;
import io.kusionstack.operating.plugin.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What plugins said, by rule, and when they have to be asked again. Mutable; guarded by the lock of the namespace's desk.
 * A no counts until the plugin is asked again; a yes only for a few seconds, and only for a Pod that still looks as the
 * plugin saw it. Both count only for the operations that were at the stage when the plugin was asked.
 */
final class Verdicts {
    /** The least time between two questions of one rule, so that Pods which come one by one are asked about together. */
    static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(100);
    /** The least time before those who were told no are asked about again because some other Pod moved. */
    static final Duration BEFORE_SECOND_THOUGHTS = Duration.ofSeconds(1);

    private final Map<Id, Entry> entries = new HashMap<>();

    private record Id(String ruleUid, String rule) {}

    /** @param moves of the rule's Pods when the question was put */
    private record Entry(long generation, long moves, Reply reply) {}

    /**
     * What counts for one Pod.
     *
     * @param lapsed a yes that is too old to be used: the plugin is asked once more before the Pod goes
     */
    record Said(Judgement judgement, boolean lapsed) {}

    void put(Question question, Reply reply) {
        RuleSpec spec = question.spec();
        entries.put(new Id(spec.uid(), question.rule().name()), new Entry(spec.generation(), question.moves(), reply));
    }

    /** Forgets the rule objects that are not among these. */
    void keepOnly(Set<String> ruleUids) {
        entries.keySet().removeIf(id -> !ruleUids.contains(id.ruleUid()));
    }

    /**
     * Empty if the plugin was not asked about what this Pod waits for.
     *
     * @param marks of the operations that want to go on, as stored on the Pod
     */
    Optional<Said> said(RuleSpec spec, Rule rule, PodRecord pod, Map<String, String> marks, Instant now) {
        return reply(spec, rule).flatMap(reply -> switch (reply) {
            case Reply.Silent silent -> Optional.of(new Said(new Judgement.Rejected(List.of(silent.why())), false));
            case Reply.Spoken spoken ->
                Optional.ofNullable(spoken.heard().get(pod.uid()))
                        .filter(heard ->
                                !marks.isEmpty() && heard.marks().entrySet().containsAll(marks.entrySet()))
                        .map(heard ->
                                new Said(heard.judgement(), heard.isYes() && (isOld(spoken, now) || !heard.sees(pod))));
        });
    }

    /** What a Pod hears before it leaves service of a rule that nobody can pass on the way back, or that may be such a one. */
    Optional<Said> ahead(RuleSpec spec, Rule rule) {
        Optional<Reply> reply = reply(spec, rule);
        if (reply.isEmpty()) {
            return held(spec.wait(Reason.WAITING_FOR_RULE, rule, "its plugin has not looked at the rule yet"));
        }
        return reply.get() instanceof Reply.Silent silent && !silent.problems().isEmpty()
                ? held(silent.why())
                : Optional.empty();
    }

    private static Optional<Said> held(Wait why) {
        return Optional.of(new Said(new Judgement.Rejected(List.of(why)), false));
    }

    /** The newest reply for this generation of the rule. */
    Optional<Reply> reply(RuleSpec spec, Rule rule) {
        return entry(spec, rule).map(Entry::reply);
    }

    private Optional<Entry> entry(RuleSpec spec, Rule rule) {
        return Optional.ofNullable(entries.get(new Id(spec.uid(), rule.name())))
                .filter(entry -> entry.generation() == spec.generation());
    }

    /** When the rule's plugin has to be asked next, maybe now or before; empty if only an event can tell. */
    Optional<Instant> due(Question question, Instant now) {
        Optional<Entry> entry = entry(question.spec(), question.rule());
        if (entry.isEmpty()) {
            return Optional.of(now);
        }
        return switch (entry.get().reply()) {
            case Reply.Silent silent -> silent.askAgain();
            case Reply.Spoken spoken ->
                due(spoken, question, entry.get().moves() != question.moves(), now)
                        .map(due -> spoken.heard().isEmpty()
                                ? due
                                : later(due, spoken.at().plus(BETWEEN_QUESTIONS)));
        };
    }

    private static Optional<Instant> due(Reply.Spoken spoken, Question question, boolean moved, Instant now) {
        if (question.waiting().isEmpty()) {
            // told once that nobody waits any more, so that it may forget
            return spoken.heard().isEmpty() ? Optional.empty() : Optional.of(now);
        }
        Optional<Instant> soonest = Optional.empty();
        for (PodRecord pod : question.waiting()) {
            Heard heard = spoken.heard().get(pod.uid());
            if (heard == null
                    || !heard.marks().equals(marks(pod, question.rule().stage()))
                    || !heard.sees(pod)) {
                return Optional.of(now);
            }
            Optional<Instant> due = due(spoken, heard, moved, now);
            if (due.isPresent()) {
                soonest = Optional.of(
                        soonest.map(sooner -> sooner(sooner, due.get())).orElse(due.get()));
            }
        }
        return soonest;
    }

    private static Optional<Instant> due(Reply.Spoken spoken, Heard heard, boolean moved, Instant now) {
        if (heard.isYes()) {
            return isOld(spoken, now) ? Optional.of(now) : Optional.empty();
        }
        return Optional.of(moved ? sooner(heard.again(), spoken.at().plus(BEFORE_SECOND_THOUGHTS)) : heard.again());
    }

    private static boolean isOld(Reply.Spoken spoken, Instant now) {
        return !now.isBefore(spoken.at().plus(Reply.YES_HOLDS));
    }

    private static Map<String, String> marks(PodRecord pod, Stage stage) {
        return Standing.of(pod).marks(stage);
    }

    private static Instant sooner(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isBefore(other) ? other : one;
    }
}
