package io.kusionstack.operating.host.rules.plugin;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.Answer.NoAnswer;
import io.kusionstack.operating.host.plugins.RulePlugins;
import io.kusionstack.operating.host.plugins.RulePlugins.RuleWorker;
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

/**
 * Sends one query to a plugin: opens its worker, hands it its memory, calls it, stores its new memory,
 * and only then makes a reply of what it said. What was said and could not be remembered is kept and stored at the next
 * look, so that a plugin which opened a ticket is not asked to open another.
 */
final class PluginQueryClient {
    /** How long a plugin may take at most; the host's configuration may say less. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** When to ask again after a no, though nothing that the host sees has changed. */
    private static final Duration RESYNC = Duration.ofSeconds(30);

    private static final Duration BEFORE_ANOTHER_TRY = Duration.ofSeconds(10);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int LONGEST_WORDS = 1024;

    private final RuleWorkers workers;
    private final MemoryStore memories;
    private final InstantSource clock;
    private final Map<UnstoredReply.QueriedRuleId, UnstoredReply> unstored = new ConcurrentHashMap<>();
    /** The rule objects that are asked about: what comes late for another is nobody's. Guarded by this. */
    private final Set<Key> objects = new HashSet<>();

    PluginQueryClient(RuleWorkers workers, MemoryStore memories, InstantSource clock) {
        this.workers = workers;
        this.memories = memories;
        this.clock = clock;
    }

    /** An answer whose memory is not in the cluster yet. */
    private record UnstoredReply(Map<String, String> told, ReceivedResponse said) {
        private record QueriedRuleId(Key object, String rule) {}

        /** What it remembers belongs to what is known now, though the rule may have changed since. */
        boolean follows(PluginQuery query, Map<String, String> memory) {
            PluginQuery asked = said.query();
            return asked.spec().uid().equals(query.spec().uid())
                    && asked.demand().plugin().equals(query.demand().plugin())
                    && told.equals(memory);
        }

        boolean answers(PluginQuery query) {
            return said.query().spec().generation() == query.spec().generation();
        }
    }

    /** What a plugin was asked about, and how that looked. */
    private record SentQuery(
            UnstoredReply.QueriedRuleId id, PluginQuery query, Map<String, PodView> views, Map<String, String> told) {}

    /** What a plugin said, about what, and when. */
    private record ReceivedResponse(PluginQuery query, Map<String, PodView> views, RuleResponse response, Instant at) {}

    PluginReply ask(PluginQuery query) {
        return switch (workers.of(query)) {
            case RulePlugins.OpenedRule.RuleReady(RuleWorker worker) -> ask(query, worker);
            case RulePlugins.OpenedRule.RuleConfigInvalid(List<String> problems) -> invalid(query, problems);
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

    private PluginReply invalid(PluginQuery query, List<String> problems) {
        List<String> told = problems.stream().map(query::located).toList();
        return new PluginReply.Unjudged(
                clock.instant(),
                query.wait(Reason.WAITING_FOR_RULE, "correct " + String.join("; ", told)),
                Optional.empty(),
                told);
    }

    private PluginReply ask(PluginQuery query, RuleWorker worker) {
        Optional<Map<String, String>> memory = memories.of(query);
        if (memory.isEmpty()) {
            return silent(query, Reason.WAITING_FOR_RULE, "the rule has just changed", SOON);
        }
        if (query.waiting().isEmpty() && memory.get().isEmpty()) {
            return new PluginReply.Judged(clock.instant(), Map.of());
        }
        UnstoredReply.QueriedRuleId id =
                new UnstoredReply.QueriedRuleId(query.spec().key(), query.rule().name());
        UnstoredReply before = unstored.remove(id);
        if (before == null || !before.follows(query, memory.get())) {
            return ask(query, worker, new SentQuery(id, query, views(query), memory.get()));
        }
        return before.answers(query) ? remembered(before) : caughtUp(query, worker, before);
    }

    private static Map<String, PodView> views(PluginQuery query) {
        Map<String, PodView> views = new HashMap<>();
        query.selected().forEach(pod -> views.put(pod.uid(), PodViews.of(pod)));
        return views;
    }

    /** The rule has changed since: what the plugin remembers counts, and what it said does not. */
    private PluginReply caughtUp(PluginQuery query, RuleWorker worker, UnstoredReply before) {
        Map<String, String> memory = before.said().response().memory();
        UnstoredReply.QueriedRuleId id =
                new UnstoredReply.QueriedRuleId(query.spec().key(), query.rule().name());
        return memories.store(query, memory)
                .map(failed -> storing(id, query, before, failed))
                .orElseGet(() -> ask(query, worker, new SentQuery(id, query, views(query), memory)));
    }

    private PluginReply ask(PluginQuery query, RuleWorker worker, SentQuery asked) {
        remember(query.spec().key());
        Instant now = clock.instant();
        RuleRequest request = new RuleRequest(
                query.rule().name(),
                query.rule().stage(),
                query.selected().stream()
                        .map(pod -> asked.views().get(pod.uid()))
                        .toList(),
                query.waiting().stream().map(PodRecord::ref).toList(),
                asked.told(),
                query.key(),
                now,
                now.plus(PATIENCE));
        return switch (worker.judge(request, response -> late(asked, response))) {
            case NoAnswer<RuleResponse> missing ->
                silent(
                        query,
                        missing.why().reason(),
                        missing.why().message(),
                        missing.after().compareTo(SOON) < 0 ? SOON : missing.after());
            case Answer.Given<RuleResponse>(RuleResponse response) ->
                remembered(new UnstoredReply(
                        asked.told(), new ReceivedResponse(query, asked.views(), response, clock.instant())));
        };
    }

    /** Kept for the next look, like an answer that could not be stored. On a thread of the plugin's. */
    private synchronized void late(SentQuery asked, RuleResponse response) {
        if (objects.contains(asked.id().object())) {
            ReceivedResponse said = new ReceivedResponse(asked.query(), asked.views(), response, clock.instant());
            unstored.put(asked.id(), new UnstoredReply(asked.told(), said));
        }
    }

    private PluginReply remembered(UnstoredReply answer) {
        PluginQuery query = answer.said().query();
        UnstoredReply.QueriedRuleId id =
                new UnstoredReply.QueriedRuleId(query.spec().key(), query.rule().name());
        return memories.store(query, answer.said().response().memory())
                .map(failed -> storing(id, query, answer, failed))
                .orElseGet(() -> spoken(answer.said()));
    }

    private PluginReply storing(
            UnstoredReply.QueriedRuleId id, PluginQuery query, UnstoredReply answer, MemoryStore.StoreFailure failed) {
        unstored.put(id, answer);
        String why = failed.why().isEmpty() ? "" : ": " + failed.why();
        return silent(
                query,
                Reason.WAITING_FOR_RULE,
                "what " + query.plugin() + " wants to remember is being stored" + why,
                failed.after());
    }

    private static PluginReply spoken(ReceivedResponse said) {
        PluginQuery query = said.query();
        Map<String, PluginReply.CachedVerdict> cached = new HashMap<>();
        for (PodRecord pod : query.waiting()) {
            Optional<Verdict> verdict =
                    Optional.ofNullable(said.response().verdicts().get(pod.ref()));
            cached.put(
                    pod.uid(),
                    new PluginReply.CachedVerdict(
                            PodOps.stageMarks(pod, query.rule().stage()),
                            said.views().getOrDefault(pod.uid(), PodViews.of(pod)),
                            pod.resourceVersion(),
                            decision(query, verdict),
                            said.at()
                                    .plus(verdict.map(PluginQueryClient::patience)
                                            .orElse(RESYNC))));
        }
        return new PluginReply.Judged(said.at(), cached);
    }

    private static Decision decision(PluginQuery query, Optional<Verdict> verdict) {
        if (verdict.isEmpty()) {
            return new Decision.Rejected(
                    List.of(query.wait(Reason.NO_VERDICT, query.plugin() + " said nothing about this Pod")));
        }
        return switch (verdict.get()) {
            case Verdict.Pass pass -> new Decision.Admitted();
            case Verdict.Reject(String reason, String message) -> no(query, reason, message);
            case Verdict.AskAgain(String reason, String message, Duration after) -> no(query, reason, message);
        };
    }

    private static Decision no(PluginQuery query, String reason, String message) {
        String words = query.plugin() + " says " + reason + ": " + message;
        return new Decision.Rejected(List.of(query.wait(
                Reason.WAITING_FOR_RULE,
                words.length() <= LONGEST_WORDS ? words : words.substring(0, LONGEST_WORDS) + "...")));
    }

    private static Duration patience(Verdict verdict) {
        return switch (verdict) {
            case Verdict.AskAgain(String reason, String message, Duration after) ->
                after.compareTo(SOON) < 0 ? SOON : after;
            case Verdict.Reject reject -> RESYNC;
            case Verdict.Pass pass -> RESYNC;
        };
    }

    private PluginReply silent(PluginQuery query, Reason reason, String why, Duration after) {
        Instant now = clock.instant();
        return new PluginReply.Unjudged(now, query.wait(reason, why), Optional.of(now.plus(after)), List.of());
    }
}
