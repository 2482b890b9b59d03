package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.Judgement;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.RulePlugins.Opened;
import io.kusionstack.operating.host.plugins.RulePlugins.RuleWorker;
import io.kusionstack.operating.host.rules.Reply.Heard;
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
 * Puts one question to a plugin: opens its worker, tells it what it remembered, calls it, stores what it wants to remember,
 * and only then makes a reply of what it said. What was said and could not be remembered is kept and stored at the next
 * look, so that a plugin which opened a ticket is not asked to open another.
 */
final class Interview {
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
    private final Map<Unstored.Id, Unstored> unstored = new ConcurrentHashMap<>();
    /** The rule objects that are asked about: what comes late for another is nobody's. Guarded by this. */
    private final Set<Key> objects = new HashSet<>();

    Interview(RuleWorkers workers, MemoryStore memories, InstantSource clock) {
        this.workers = workers;
        this.memories = memories;
        this.clock = clock;
    }

    /** An answer whose memory is not in the cluster yet. */
    private record Unstored(Map<String, String> told, Said said) {
        private record Id(Key object, String rule) {}

        /** What it remembers belongs to what is known now, though the rule may have changed since. */
        boolean follows(Question question, Map<String, String> memory) {
            Question asked = said.question();
            return asked.spec().uid().equals(question.spec().uid())
                    && asked.demand().plugin().equals(question.demand().plugin())
                    && told.equals(memory);
        }

        boolean answers(Question question) {
            return said.question().spec().generation() == question.spec().generation();
        }
    }

    /** What a plugin was asked about, and how that looked. */
    private record Asked(Unstored.Id id, Question question, Map<String, PodView> views, Map<String, String> told) {}

    /** What a plugin said, about what, and when. */
    private record Said(Question question, Map<String, PodView> views, RuleResponse response, Instant at) {}

    Reply ask(Question question) {
        return switch (workers.of(question)) {
            case Opened.Ready(RuleWorker worker) -> ask(question, worker);
            case Opened.Invalid(List<String> problems) -> invalid(question, problems);
            case Opened.Unavailable unavailable ->
                new Reply.Silent(
                        clock.instant(),
                        question.wait(
                                unavailable.why().reason(), unavailable.why().message()),
                        Optional.of(clock.instant().plus(BEFORE_ANOTHER_TRY)),
                        List.of(question.path() + ": " + unavailable.why().message()));
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

    private Reply invalid(Question question, List<String> problems) {
        List<String> told = problems.stream().map(question::located).toList();
        return new Reply.Silent(
                clock.instant(),
                question.wait(Reason.WAITING_FOR_RULE, "correct " + String.join("; ", told)),
                Optional.empty(),
                told);
    }

    private Reply ask(Question question, RuleWorker worker) {
        Optional<Map<String, String>> memory = memories.of(question);
        if (memory.isEmpty()) {
            return silent(question, Reason.WAITING_FOR_RULE, "the rule has just changed", SOON);
        }
        if (question.waiting().isEmpty() && memory.get().isEmpty()) {
            return new Reply.Spoken(clock.instant(), Map.of());
        }
        Unstored.Id id = new Unstored.Id(question.spec().key(), question.rule().name());
        Unstored before = unstored.remove(id);
        if (before == null || !before.follows(question, memory.get())) {
            return ask(question, worker, new Asked(id, question, views(question), memory.get()));
        }
        return before.answers(question) ? remembered(before) : caughtUp(question, worker, before);
    }

    private static Map<String, PodView> views(Question question) {
        Map<String, PodView> views = new HashMap<>();
        question.selected().forEach(pod -> views.put(pod.uid(), PodViews.of(pod)));
        return views;
    }

    /** The rule has changed since: what the plugin remembers counts, and what it said does not. */
    private Reply caughtUp(Question question, RuleWorker worker, Unstored before) {
        Map<String, String> memory = before.said().response().memory();
        Unstored.Id id = new Unstored.Id(question.spec().key(), question.rule().name());
        return memories.store(question, memory)
                .map(failed -> storing(id, question, before, failed))
                .orElseGet(() -> ask(question, worker, new Asked(id, question, views(question), memory)));
    }

    private Reply ask(Question question, RuleWorker worker, Asked asked) {
        remember(question.spec().key());
        Instant now = clock.instant();
        RuleRequest request = new RuleRequest(
                question.rule().name(),
                question.rule().stage(),
                question.selected().stream()
                        .map(pod -> asked.views().get(pod.uid()))
                        .toList(),
                question.waiting().stream().map(PodRecord::ref).toList(),
                asked.told(),
                question.key(),
                now,
                now.plus(PATIENCE));
        return switch (worker.judge(request, response -> late(asked, response))) {
            case Answer.Missing<RuleResponse> missing ->
                silent(
                        question,
                        missing.why().reason(),
                        missing.why().message(),
                        missing.after().compareTo(SOON) < 0 ? SOON : missing.after());
            case Answer.Given<RuleResponse>(RuleResponse response) ->
                remembered(new Unstored(asked.told(), new Said(question, asked.views(), response, clock.instant())));
        };
    }

    /** Kept for the next look, like an answer that could not be stored. On a thread of the plugin's. */
    private synchronized void late(Asked asked, RuleResponse response) {
        if (objects.contains(asked.id().object())) {
            Said said = new Said(asked.question(), asked.views(), response, clock.instant());
            unstored.put(asked.id(), new Unstored(asked.told(), said));
        }
    }

    private Reply remembered(Unstored answer) {
        Question question = answer.said().question();
        Unstored.Id id = new Unstored.Id(question.spec().key(), question.rule().name());
        return memories.store(question, answer.said().response().memory())
                .map(failed -> storing(id, question, answer, failed))
                .orElseGet(() -> spoken(answer.said()));
    }

    private Reply storing(Unstored.Id id, Question question, Unstored answer, MemoryStore.Failed failed) {
        unstored.put(id, answer);
        String why = failed.why().isEmpty() ? "" : ": " + failed.why();
        return silent(
                question,
                Reason.WAITING_FOR_RULE,
                "what " + question.plugin() + " wants to remember is being stored" + why,
                failed.after());
    }

    private static Reply spoken(Said said) {
        Question question = said.question();
        Map<String, Heard> heard = new HashMap<>();
        for (PodRecord pod : question.waiting()) {
            Optional<Verdict> verdict =
                    Optional.ofNullable(said.response().verdicts().get(pod.ref()));
            heard.put(
                    pod.uid(),
                    new Heard(
                            Standing.of(pod).marks(question.rule().stage()),
                            said.views().getOrDefault(pod.uid(), PodViews.of(pod)),
                            pod.resourceVersion(),
                            judgement(question, verdict),
                            said.at().plus(verdict.map(Interview::patience).orElse(RESYNC))));
        }
        return new Reply.Spoken(said.at(), heard);
    }

    private static Judgement judgement(Question question, Optional<Verdict> verdict) {
        if (verdict.isEmpty()) {
            return new Judgement.Rejected(
                    List.of(question.wait(Reason.NO_VERDICT, question.plugin() + " said nothing about this Pod")));
        }
        return switch (verdict.get()) {
            case Verdict.Pass pass -> new Judgement.Passed();
            case Verdict.Reject(String reason, String message) -> no(question, reason, message);
            case Verdict.AskAgain(String reason, String message, Duration after) -> no(question, reason, message);
        };
    }

    private static Judgement no(Question question, String reason, String message) {
        String words = question.plugin() + " says " + reason + ": " + message;
        return new Judgement.Rejected(List.of(question.wait(
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

    private Reply silent(Question question, Reason reason, String why, Duration after) {
        Instant now = clock.instant();
        return new Reply.Silent(now, question.wait(reason, why), Optional.of(now.plus(after)), List.of());
    }
}
