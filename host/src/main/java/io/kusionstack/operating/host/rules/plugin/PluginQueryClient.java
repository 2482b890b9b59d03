package io.kusionstack.operating.host.rules.plugin;

import io.kusionstack.operating.host.kernel.Durations;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.Answer.NoAnswer;
import io.kusionstack.operating.host.plugins.RulePlugins;
import io.kusionstack.operating.host.plugins.RulePlugins.RuleWorker;
import io.kusionstack.operating.host.rules.plugin.VerdictCache.PluginReply;
import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sends one query to a plugin: opens its worker, sends the stored memory with the query, stores the memory that comes with the
 * response, and only then hands a reply with the verdicts to the source of the query. A response whose memory could not be
 * stored is kept, and stored at the next look, so that a plugin that opened a ticket is not asked to open another one.
 *
 * <p>Blocks for as long as the plugin does. One thread at a time for one rule object; a late response arrives on another one.
 */
final class PluginQueryClient {
    /** The time a plugin may take; the host's configuration may say less. */
    private static final Duration TIME_LIMIT = Duration.ofSeconds(30);

    private static final Duration BEFORE_ANOTHER_TRY = Duration.ofSeconds(10);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int LONGEST_MESSAGE = 1024;

    private final PluginQuery.QuerySource source;
    private final RuleWorkers workers;
    private final MemoryStore memories;
    private final InstantSource clock;
    private final Map<QueriedRuleId, UnstoredResponse> unstored = new ConcurrentHashMap<>();
    /** The rule objects that plugins are asked about; a late response for another one is dropped. Guarded by this. */
    private final Set<Key> objects = new HashSet<>();

    PluginQueryClient(PluginQuery.QuerySource source, RuleWorkers workers, MemoryStore memories, InstantSource clock) {
        this.source = source;
        this.workers = workers;
        this.memories = memories;
        this.clock = clock;
    }

    private record QueriedRuleId(Key object, String rule) {
        static QueriedRuleId of(PluginQuery query) {
            return new QueriedRuleId(query.spec().key(), query.rule().name());
        }
    }

    /**
     * A query as it was sent.
     *
     * @param views the Pods as the plugin sees them, by uid
     * @param memory as it was stored then
     */
    private record SentQuery(PluginQuery query, Map<String, PodView> views, Map<String, String> memory) {
        static SentQuery of(PluginQuery query, Map<String, String> memory) {
            Map<String, PodView> views = new HashMap<>();
            query.selected().forEach(pod -> views.put(pod.uid(), PodViews.of(pod)));
            return new SentQuery(query, views, memory);
        }

        /** @param waker has an effect once */
        RuleRequest request(Instant now, Runnable waker) {
            return new RuleRequest(
                    query.object(),
                    query.rule().name(),
                    query.rule().stage(),
                    query.selected().stream().map(pod -> views.get(pod.uid())).toList(),
                    query.waitingPods(),
                    memory,
                    query.key(),
                    now,
                    now.plus(TIME_LIMIT),
                    waker);
        }
    }

    /** A response whose memory is not stored yet. */
    private record UnstoredResponse(SentQuery sent, RuleResponse response, Instant at) {
        /** True if its memory continues the stored one, though the rule may have changed since. */
        boolean follows(PluginQuery query, Map<String, String> stored) {
            PluginQuery asked = sent.query();
            return asked.spec().uid().equals(query.spec().uid())
                    && asked.check().plugin().equals(query.check().plugin())
                    && sent.memory().equals(stored);
        }

        /** True if its verdicts are about the same generation of the rule. */
        boolean answers(PluginQuery query) {
            return sent.query().spec().generation() == query.spec().generation();
        }
    }

    /** Asks the plugin, and hands the reply to the source of the query. */
    void ask(PluginQuery query) {
        source.learn(query, reply(query));
    }

    private PluginReply reply(PluginQuery query) {
        return switch (workers.of(query)) {
            case RulePlugins.OpenedRule.RuleReady(RuleWorker worker) -> ask(query, worker);
            case RulePlugins.OpenedRule.RuleConfigInvalid(List<RulePlugins.OpenedRule.ConfigProblem> problems) ->
                invalid(query, problems);
            case RulePlugins.OpenedRule.RuleUnavailable unavailable ->
                new PluginReply.Unjudged(
                        clock.instant(),
                        query.wait(unavailable.why().reason(), unavailable.why().message()),
                        Optional.of(clock.instant().plus(BEFORE_ANOTHER_TRY)),
                        List.of(query.path() + ": " + unavailable.why().message()));
        };
    }

    /** To be called when a rule object is gone. */
    synchronized void forget(Key object) {
        objects.remove(object);
        unstored.keySet().removeIf(id -> id.object().equals(object));
    }

    private synchronized void remember(Key object) {
        objects.add(object);
    }

    private PluginReply invalid(PluginQuery query, List<RulePlugins.OpenedRule.ConfigProblem> problems) {
        List<String> located = problems.stream().map(query::located).toList();
        return new PluginReply.Unjudged(
                clock.instant(),
                query.wait(Reason.WAITING_FOR_RULE, "correct " + String.join("; ", located)),
                Optional.empty(),
                located);
    }

    private PluginReply ask(PluginQuery query, RuleWorker worker) {
        Optional<Map<String, String>> memory = memories.of(query);
        if (memory.isEmpty()) {
            return unjudged(query, Reason.WAITING_FOR_RULE, "the rule has just changed", SOON);
        }
        if (query.waiting().isEmpty() && memory.get().isEmpty()) {
            return new PluginReply.Judged(clock.instant(), Map.of());
        }
        UnstoredResponse earlier = unstored.remove(QueriedRuleId.of(query));
        if (earlier == null || !earlier.follows(query, memory.get())) {
            return send(SentQuery.of(query, memory.get()), worker);
        }
        return earlier.answers(query) ? stored(earlier) : storedThenAsked(earlier, query, worker);
    }

    /** The rule has changed since: the plugin's memory counts, and its verdicts do not. */
    private PluginReply storedThenAsked(UnstoredResponse earlier, PluginQuery query, RuleWorker worker) {
        Map<String, String> memory = earlier.response().memory();
        return memories.store(query, memory)
                .map(failure -> kept(earlier, query, failure))
                .orElseGet(() -> send(SentQuery.of(query, memory), worker));
    }

    private PluginReply send(SentQuery sent, RuleWorker worker) {
        remember(sent.query().spec().key());
        return switch (worker.judge(sent.request(clock.instant(), waker(sent)), response -> late(sent, response))) {
            case NoAnswer<RuleResponse> missing ->
                unjudged(
                        sent.query(),
                        missing.why().reason(),
                        missing.why().message(),
                        Durations.longer(missing.after(), SOON));
            case Answer.Given<RuleResponse>(RuleResponse response) ->
                stored(new UnstoredResponse(sent, response, clock.instant()));
        };
    }

    private Runnable waker(SentQuery sent) {
        AtomicBoolean isUsed = new AtomicBoolean();
        return () -> {
            if (isUsed.compareAndSet(false, true)) {
                source.wake(sent.query());
            }
        };
    }

    /** Kept for the next look, like a response whose memory could not be stored. On a thread of the plugin's. */
    private synchronized void late(SentQuery sent, RuleResponse response) {
        if (objects.contains(sent.query().spec().key())) {
            unstored.put(QueriedRuleId.of(sent.query()), new UnstoredResponse(sent, response, clock.instant()));
        }
    }

    private PluginReply stored(UnstoredResponse response) {
        PluginQuery query = response.sent().query();
        return memories.store(query, response.response().memory())
                .map(failure -> kept(response, query, failure))
                .orElseGet(() -> judged(response));
    }

    private PluginReply kept(UnstoredResponse response, PluginQuery query, MemoryStore.StoreFailure failure) {
        unstored.put(QueriedRuleId.of(query), response);
        String why = failure.why().isEmpty() ? "" : ": " + failure.why();
        return unjudged(
                query,
                Reason.WAITING_FOR_RULE,
                "what " + query.plugin() + " wants to remember is being stored" + why,
                failure.after());
    }

    private static PluginReply judged(UnstoredResponse stored) {
        PluginQuery query = stored.sent().query();
        Map<String, PluginReply.CachedVerdict> cached = new HashMap<>();
        for (PodRecord pod : query.waiting()) {
            Optional<Verdict> verdict =
                    Optional.ofNullable(stored.response().verdicts().get(pod.ref()));
            cached.put(
                    pod.uid(),
                    new PluginReply.CachedVerdict(
                            PodOps.stageMarks(pod, query.rule().stage()),
                            stored.sent().views().getOrDefault(pod.uid(), PodViews.of(pod)),
                            pod.resourceVersion(),
                            decision(query, verdict),
                            VerdictTimes.of(verdict, stored.at())));
        }
        return new PluginReply.Judged(stored.at(), cached);
    }

    private static Decision decision(PluginQuery query, Optional<Verdict> verdict) {
        if (verdict.isEmpty()) {
            return new Decision.Rejected(
                    List.of(query.wait(Reason.NO_VERDICT, query.plugin() + " said nothing about this Pod")));
        }
        return switch (verdict.get()) {
            case Verdict.Pass pass -> new Decision.Admitted();
            case Verdict.Reject no -> no(query, no.reason(), no.message());
            case Verdict.AskAgain no -> no(query, no.reason(), no.message());
        };
    }

    private static Decision no(PluginQuery query, String reason, String message) {
        String text = query.plugin() + " says " + reason + ": " + message;
        return new Decision.Rejected(List.of(query.wait(
                Reason.WAITING_FOR_RULE,
                text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + "...")));
    }

    private PluginReply unjudged(PluginQuery query, Reason reason, String why, Duration after) {
        Instant now = clock.instant();
        return new PluginReply.Unjudged(now, query.wait(reason, why), Optional.of(now.plus(after)), List.of());
    }
}
