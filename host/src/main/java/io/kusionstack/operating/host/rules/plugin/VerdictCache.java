package io.kusionstack.operating.host.rules.plugin;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import io.kusionstack.operating.plugin.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The verdicts of plugins by rule, and the times to ask again. Mutable; guarded by the lock of the namespace.
 * A no counts until the plugin is asked again; a yes only for a few seconds, and only for a Pod that still looks as the
 * plugin saw it. Both count only for the operations that were at the stage when the plugin was asked.
 */
public final class VerdictCache {
    /** The least time between two questions of one rule, so that Pods which come one by one are asked about together. */
    static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(100);
    /** The least time before those who were told no are asked about again because some other Pod moved. */
    static final Duration BEFORE_SECOND_THOUGHTS = Duration.ofSeconds(1);

    private final Map<RuleId, CachedReply> entries = new HashMap<>();

    private record RuleId(String ruleUid, String rule) {}

    /** @param moves of the rule's Pods when the question was put */
    private record CachedReply(long generation, long moves, PluginReply reply) {}

    /**
     * What counts for one Pod.
     *
     * @param lapsed a yes that is too old to be used: the plugin is asked once more before the Pod goes
     */
    public record EffectiveVerdict(Decision decision, boolean lapsed) {}

    public void put(PluginQuery query, PluginReply reply) {
        RuleSpec spec = query.spec();
        entries.put(
                new RuleId(spec.uid(), query.rule().name()), new CachedReply(spec.generation(), query.moves(), reply));
    }

    /** Forgets the rule objects that are not among these. */
    public void keepOnly(Set<String> ruleUids) {
        entries.keySet().removeIf(id -> !ruleUids.contains(id.ruleUid()));
    }

    /**
     * Empty if the plugin was not asked about what this Pod waits for.
     *
     * @param marks of the operations that want to go on, as stored on the Pod
     */
    public Optional<EffectiveVerdict> said(
            RuleSpec spec, RuleSpec.CheckedRule rule, PodRecord pod, Map<String, String> marks, Instant now) {
        return reply(spec, rule).flatMap(reply -> switch (reply) {
            case PluginReply.Unjudged silent ->
                Optional.of(new EffectiveVerdict(new Decision.Rejected(List.of(silent.why())), false));
            case PluginReply.Judged spoken ->
                Optional.ofNullable(spoken.cached().get(pod.uid()))
                        .filter(cached ->
                                !marks.isEmpty() && cached.marks().entrySet().containsAll(marks.entrySet()))
                        .map(cached -> new EffectiveVerdict(
                                cached.decision(), cached.isYes() && (isOld(spoken, now) || !cached.sees(pod))));
        });
    }

    /** What a Pod hears before it leaves service of a rule that nobody can pass on the way back, or that may be such a one. */
    public Optional<EffectiveVerdict> ahead(RuleSpec spec, RuleSpec.CheckedRule rule) {
        Optional<PluginReply> reply = reply(spec, rule);
        if (reply.isEmpty()) {
            return held(spec.wait(Reason.WAITING_FOR_RULE, rule, "its plugin has not looked at the rule yet"));
        }
        return reply.get() instanceof PluginReply.Unjudged silent
                        && !silent.problems().isEmpty()
                ? held(silent.why())
                : Optional.empty();
    }

    private static Optional<EffectiveVerdict> held(Wait why) {
        return Optional.of(new EffectiveVerdict(new Decision.Rejected(List.of(why)), false));
    }

    /** The newest reply for this generation of the rule. */
    private Optional<PluginReply> reply(RuleSpec spec, RuleSpec.CheckedRule rule) {
        return entry(spec, rule).map(CachedReply::reply);
    }

    /** Whether the rule object is understood, by the host and by the plugins of its rules. */
    public SpecCheck check(RuleSpec spec) {
        List<String> problems = new ArrayList<>(spec.problems());
        List<String> unserved = new ArrayList<>();
        boolean complete = true;
        for (RuleSpec.CheckedRule rule : spec.plugged()) {
            Optional<PluginReply> reply = reply(spec, rule);
            complete &= reply.isPresent();
            if (reply.isPresent() && reply.get() instanceof PluginReply.Unjudged silent) {
                (silent.why().reason() == Reason.WAITING_FOR_RULE ? problems : unserved).addAll(silent.problems());
            }
        }
        return new SpecCheck(complete, problems, unserved);
    }

    /**
     * Whether a rule object is understood.
     *
     * @param complete false while a plugin has yet to look at its configuration
     * @param problems what its user has to correct
     * @param unserved what this host does not offer
     */
    public record SpecCheck(boolean complete, List<String> problems, List<String> unserved) {
        public SpecCheck {
            problems = List.copyOf(problems);
            unserved = List.copyOf(unserved);
        }
    }

    private Optional<CachedReply> entry(RuleSpec spec, RuleSpec.CheckedRule rule) {
        return Optional.ofNullable(entries.get(new RuleId(spec.uid(), rule.name())))
                .filter(entry -> entry.generation() == spec.generation());
    }

    /** When the rule's plugin has to be asked next, maybe now or before; empty if only an event can tell. */
    public Optional<Instant> due(PluginQuery query, Instant now) {
        Optional<CachedReply> entry = entry(query.spec(), query.rule());
        if (entry.isEmpty()) {
            return Optional.of(now);
        }
        return switch (entry.get().reply()) {
            case PluginReply.Unjudged silent -> silent.askAgain();
            case PluginReply.Judged spoken ->
                due(spoken, query, entry.get().moves() != query.moves(), now)
                        .map(due -> spoken.cached().isEmpty()
                                ? due
                                : later(due, spoken.at().plus(BETWEEN_QUESTIONS)));
        };
    }

    private static Optional<Instant> due(PluginReply.Judged spoken, PluginQuery query, boolean moved, Instant now) {
        if (query.waiting().isEmpty()) {
            // told once that nobody waits any more, so that it may forget
            return spoken.cached().isEmpty() ? Optional.empty() : Optional.of(now);
        }
        Optional<Instant> soonest = Optional.empty();
        for (PodRecord pod : query.waiting()) {
            PluginReply.CachedVerdict cached = spoken.cached().get(pod.uid());
            if (cached == null || !cached.marks().equals(marks(pod, query.rule().stage())) || !cached.sees(pod)) {
                return Optional.of(now);
            }
            Optional<Instant> due = due(spoken, cached, moved, now);
            if (due.isPresent()) {
                soonest = Optional.of(
                        soonest.map(sooner -> sooner(sooner, due.get())).orElse(due.get()));
            }
        }
        return soonest;
    }

    private static Optional<Instant> due(
            PluginReply.Judged spoken, PluginReply.CachedVerdict cached, boolean moved, Instant now) {
        if (cached.isYes()) {
            return isOld(spoken, now) ? Optional.of(now) : Optional.empty();
        }
        return Optional.of(moved ? sooner(cached.again(), spoken.at().plus(BEFORE_SECOND_THOUGHTS)) : cached.again());
    }

    private static boolean isOld(PluginReply.Judged spoken, Instant now) {
        return !now.isBefore(spoken.at().plus(PluginReply.YES_HOLDS));
    }

    private static Map<String, String> marks(PodRecord pod, Stage stage) {
        return PodOps.stageMarks(pod, stage);
    }

    private static Instant sooner(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isBefore(other) ? other : one;
    }
}
