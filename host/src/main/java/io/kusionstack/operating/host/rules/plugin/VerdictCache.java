package io.kusionstack.operating.host.rules.plugin;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The newest reply of a plugin for each rule, and the times of the next queries. Mutable; guarded by the lock of the namespace.
 *
 * <p>A no counts until the plugin is asked again. A yes counts for {@link #YES_HOLDS}, and only for a Pod that
 * still looks as the plugin saw it; or, whatever the Pod looks like, for as long as the plugin said. Both count only for the operations that
 * were at the stage when the plugin was asked, and until it asks for a query.
 */
public final class VerdictCache {
    /**
     * A yes may be used for this time: long enough for a pass over rules that share Pods, short enough that a plugin which
     * looks at the time or at other systems is asked again before a Pod that waited elsewhere leaves service.
     */
    static final Duration YES_HOLDS = Duration.ofSeconds(5);

    /** The least time between two queries of one rule, so that Pods that come one by one share a query. */
    static final Duration BETWEEN_QUERIES = Duration.ofMillis(100);
    /** The least time before a no is asked about again because another Pod of the rule moved. */
    static final Duration BEFORE_RECONSIDERING = Duration.ofSeconds(1);

    private final Map<RuleId, CachedReply> entries = new HashMap<>();
    /** How often plugins have asked for a query. */
    private final Map<RuleId, Long> wakes = new HashMap<>();

    private record RuleId(String ruleUid, String rule) {
        static RuleId of(RuleSpec spec, RuleSpec.CheckedRule rule) {
            return new RuleId(spec.uid(), rule.name());
        }
    }

    /**
     * @param moves of the rule's Pods when the query was made
     * @param wakes of the rule then
     */
    private record CachedReply(long generation, long moves, long wakes, PluginReply reply) {}

    /**
     * The decision that counts for one Pod.
     *
     * @param lapsed true for a yes that is too old: the plugin is asked once more before the Pod passes
     */
    public record EffectiveVerdict(Decision decision, boolean lapsed) {}

    public void put(PluginQuery query, PluginReply reply) {
        RuleSpec spec = query.spec();
        entries.put(
                RuleId.of(spec, query.rule()), new CachedReply(spec.generation(), query.moves(), query.wakes(), reply));
    }

    /** A plugin has learned something of this rule: it is asked again, also about Pods to which it said yes. */
    public void wake(RuleSpec spec, RuleSpec.CheckedRule rule) {
        wakes.merge(RuleId.of(spec, rule), 1L, Long::sum);
    }

    /** How often the plugin of this rule has asked for a query. */
    public long wakes(RuleSpec spec, RuleSpec.CheckedRule rule) {
        return wakes.getOrDefault(RuleId.of(spec, rule), 0L);
    }

    /** Forgets the rule objects that are not among these. */
    public void keepOnly(Set<String> ruleUids) {
        entries.keySet().removeIf(id -> !ruleUids.contains(id.ruleUid()));
        wakes.keySet().removeIf(id -> !ruleUids.contains(id.ruleUid()));
    }

    /**
     * The decision of the rule about a Pod; empty if the plugin was not asked about the operations that wait.
     *
     * @param marks of the operations that want to go on, as they are stored on the Pod
     */
    public Optional<EffectiveVerdict> verdict(
            RuleSpec spec, RuleSpec.CheckedRule rule, PodRecord pod, Map<String, String> marks, Instant now) {
        Optional<CachedReply> known = entry(spec, rule);
        boolean isWoken =
                known.filter(entry -> entry.wakes() != wakes(spec, rule)).isPresent();
        return known.map(CachedReply::reply).flatMap(reply -> switch (reply) {
            case PluginReply.Unjudged unjudged ->
                Optional.of(new EffectiveVerdict(new Decision.Rejected(List.of(unjudged.why())), false));
            case PluginReply.Judged judged ->
                Optional.ofNullable(judged.cached().get(pod.uid()))
                        .filter(cached ->
                                !marks.isEmpty() && cached.marks().entrySet().containsAll(marks.entrySet()))
                        .map(cached -> new EffectiveVerdict(
                                cached.decision(), cached.isYes() && (isWoken || !isValid(judged, cached, pod, now))));
        });
    }

    /**
     * The decision about a Pod that has yet to leave service, of a rule that no Pod can pass on the way back, or that is not
     * known yet.
     */
    public Optional<EffectiveVerdict> ahead(RuleSpec spec, RuleSpec.CheckedRule rule) {
        Optional<PluginReply> reply = reply(spec, rule);
        if (reply.isEmpty()) {
            return held(spec.wait(Reason.WAITING_FOR_RULE, rule, "its plugin has not looked at the rule yet"));
        }
        return reply.get() instanceof PluginReply.Unjudged unjudged
                        && !unjudged.problems().isEmpty()
                ? held(unjudged.why())
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
            if (reply.isPresent() && reply.get() instanceof PluginReply.Unjudged unjudged) {
                (unjudged.why().reason() == Reason.WAITING_FOR_RULE ? problems : unserved).addAll(unjudged.problems());
            }
        }
        return new SpecCheck(complete, problems, unserved);
    }

    /**
     * Whether a rule object is understood.
     *
     * @param complete false while a plugin has yet to look at its configuration
     * @param problems mistakes for the user to correct
     * @param unserved rules whose plugin this host does not offer
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

    /** When the rule's plugin is to be asked next, possibly now or earlier; empty if only an event brings a query. */
    public Optional<Instant> due(PluginQuery query, Instant now) {
        Optional<CachedReply> entry = entry(query.spec(), query.rule());
        if (entry.isEmpty()) {
            return Optional.of(now);
        }
        return switch (entry.get().reply()) {
            case PluginReply.Unjudged unjudged -> unjudged.askAgain();
            case PluginReply.Judged judged ->
                due(judged, query, entry.get(), now)
                        .map(due -> judged.cached().isEmpty()
                                ? due
                                : later(due, judged.at().plus(BETWEEN_QUERIES)));
        };
    }

    private static Optional<Instant> due(PluginReply.Judged judged, PluginQuery query, CachedReply entry, Instant now) {
        if (query.waiting().isEmpty()) {
            // asked once more without a waiting Pod, so that the plugin may forget
            return judged.cached().isEmpty() ? Optional.empty() : Optional.of(now);
        }
        Optional<Instant> soonest = entry.wakes() == query.wakes()
                ? Optional.empty()
                : Optional.of(judged.at().plus(BEFORE_RECONSIDERING));
        for (PodRecord pod : query.waiting()) {
            PluginReply.CachedVerdict cached = judged.cached().get(pod.uid());
            if (cached == null || !cached.marks().equals(marks(pod, query.rule().stage()))) {
                return Optional.of(now);
            }
            Optional<Instant> due = cached.isYes()
                    ? Optional.of(now).filter(asked -> !isValid(judged, cached, pod, now))
                    : Optional.of(due(judged, cached, pod, entry.moves() != query.moves()));
            soonest = Stream.concat(soonest.stream(), due.stream()).min(Comparator.naturalOrder());
        }
        return soonest;
    }

    /** When to ask again about a Pod to which the plugin said no. */
    private static Instant due(
            PluginReply.Judged judged, PluginReply.CachedVerdict cached, PodRecord pod, boolean moved) {
        Instant again = cached.times().again();
        Optional<Instant> changed = cached.sees(pod)
                ? Optional.of(judged.at().plus(BEFORE_RECONSIDERING)).filter(known -> moved)
                : Optional.of(judged.at());
        return changed.map(due -> cached.times()
                        .notBefore()
                        .map(limit -> later(due, limit))
                        .orElse(due))
                .map(due -> sooner(due, again))
                .orElse(again);
    }

    private static boolean isValid(
            PluginReply.Judged judged, PluginReply.CachedVerdict yes, PodRecord pod, Instant now) {
        return yes.times().validUntil().map(now::isBefore).orElseGet(() -> !isOld(judged, now) && yes.sees(pod));
    }

    private static boolean isOld(PluginReply.Judged judged, Instant now) {
        return !now.isBefore(judged.at().plus(YES_HOLDS));
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

    /** The result of one query to a plugin. */
    public sealed interface PluginReply {
        Instant at();

        /**
         * The plugin gave verdicts.
         *
         * @param cached by uid of the Pod, one entry for each Pod that was asked about
         */
        record Judged(Instant at, Map<String, CachedVerdict> cached) implements PluginReply {
            public Judged {
                cached = Map.copyOf(cached);
            }
        }

        /**
         * The plugin gave no verdict, so every Pod to which the rule applies waits.
         *
         * @param askAgain when to ask again; empty if that helps only once the rule has changed
         * @param problems mistakes for the user to correct, each with its path in the object; empty for a plugin that failed
         */
        record Unjudged(Instant at, Wait why, Optional<Instant> askAgain, List<String> problems)
                implements PluginReply {
            public Unjudged {
                problems = List.copyOf(problems);
            }
        }

        /**
         * The verdict on one Pod.
         *
         * @param marks value by operation of the labels of its stage: another value is another round of the operation
         * @param seen the Pod as the plugin saw it
         * @param version of the record that it saw
         * @param times how long it counts
         */
        record CachedVerdict(
                Map<String, String> marks, PodView seen, long version, Decision decision, VerdictTimes times) {
            public CachedVerdict {
                marks = Map.copyOf(marks);
            }

            public boolean isYes() {
                return decision instanceof Decision.Admitted;
            }

            /** True if the Pod still looks as the plugin saw it. */
            boolean sees(PodRecord pod) {
                return pod.resourceVersion() == version || PodViews.of(pod).equals(seen);
            }
        }
    }
}
