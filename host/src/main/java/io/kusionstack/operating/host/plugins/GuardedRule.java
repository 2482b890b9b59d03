package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.kernel.Durations;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plugins.PluginHost.PluginMetrics;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.Verdict;
import io.kusionstack.operating.plugin.rule.WaitingPod;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** One rule object of a plugin, under guard: {@link Answer.Given} only holds what the interface promises. */
final class GuardedRule implements RulePlugins.RuleWorker, LivePlugin.Closing {
    private static final Duration SOONEST = Duration.ofSeconds(1);
    private static final int LARGEST_MEMORY = 16 * 1024;

    private final Topic topic;
    private final LivePlugin plugin;
    private final TransitionRule rule;
    private final Clock clock;
    private final PluginMetrics metrics;
    private int inFlight;
    private boolean closed;
    private boolean ended;

    /** @param topic its subject is the rule, the same for all workers of the rule */
    GuardedRule(Topic topic, LivePlugin plugin, TransitionRule rule, Clock clock, PluginMetrics metrics) {
        this.topic = topic;
        this.plugin = plugin;
        this.rule = rule;
        this.clock = clock;
        this.metrics = metrics;
    }

    @Override
    public Answer<RuleResponse> judge(RuleRequest request, Consumer<RuleResponse> late) {
        return switch (plugin.rules().take(topic.subject())) {
            case LockKeys.KeyTurn.KeyBusy busy ->
                plugin.call()
                        .unasked(
                                topic,
                                Reason.PLUGIN_FAILED,
                                "still works on the last question about " + topic.subject()
                                        + "; the next one waits for that to return");
            case LockKeys.KeyTurn.KeyTaken(Runnable free) -> {
                Instant now = clock.instant();
                RuleRequest limited = until(plugin.call().deadline(now, request.deadline()), request);
                Duration limit = Duration.between(now, limited.deadline());
                yield plugin.call()
                        .ask(CallSpec.of(topic, limit, () -> judged(limited))
                                .lateTo(late)
                                .endingWith(free));
            }
        };
    }

    private RuleResponse judged(RuleRequest request) throws Exception {
        begin();
        try {
            return checked(rule.judge(request), request);
        } finally {
            finish();
        }
    }

    /** The same request, with the time at which the host really stops waiting, and a waker that has no effect once this is closed. */
    private RuleRequest until(Instant deadline, RuleRequest request) {
        return new RuleRequest(
                request.object(),
                request.rule(),
                request.stage(),
                request.selected(),
                request.waiting(),
                request.memory(),
                request.key(),
                request.now(),
                deadline,
                () -> {
                    if (!isClosed()) {
                        request.waker().run();
                    }
                });
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private RuleResponse checked(RuleResponse answer, RuleRequest request) throws InvalidPluginException {
        if (answer == null) {
            throw new InvalidPluginException("it answered null");
        }
        Set<PodRef> waiting = request.waiting().stream().map(WaitingPod::ref).collect(Collectors.toSet());
        Map<PodRef, Verdict> verdicts = new LinkedHashMap<>();
        for (Map.Entry<PodRef, Verdict> verdict : answer.verdicts().entrySet()) {
            if (waiting.contains(verdict.getKey())) {
                verdicts.put(verdict.getKey(), checked(verdict.getValue(), verdict.getKey()));
            }
        }
        int others = answer.verdicts().size() - verdicts.size();
        if (others > 0) {
            metrics.dropped(plugin.jar().id(), "judge", others);
        }
        return new RuleResponse(verdicts, checked(answer.memory()));
    }

    private Verdict checked(Verdict verdict, PodRef pod) throws InvalidPluginException {
        return switch (verdict) {
            case Verdict.Pass pass -> pass;
            case Verdict.Reject(String reason, String message, Optional<Duration> pause) ->
                new Verdict.Reject(reason, spoken(reason, message, pod), pause);
            case Verdict.AskAgain(String reason, String message, Duration after, Optional<Duration> pause) -> {
                String sentence = spoken(reason, message, pod);
                if (after == null) {
                    throw new InvalidPluginException(
                            "the verdict about Pod " + pod + " does not say when to ask again");
                }
                yield new Verdict.AskAgain(reason, sentence, Durations.longer(after, SOONEST), pause);
            }
        };
    }

    private String spoken(String reason, String message, PodRef pod) throws InvalidPluginException {
        if (reason == null || !reason.matches("[A-Z][A-Za-z0-9]{0,62}")) {
            throw new InvalidPluginException(
                    "the verdict about Pod " + pod + " has the reason " + reason + "; a reason is CamelCase, 1 to 63");
        }
        if (message == null) {
            throw new InvalidPluginException("the verdict about Pod " + pod + " has no message");
        }
        return plugin.call().texts().sentence(message);
    }

    private Map<String, String> checked(Map<String, String> memory) throws InvalidPluginException {
        long size = memory.entrySet().stream()
                .mapToLong(entry -> bytes(entry.getKey()) + (long) bytes(entry.getValue()))
                .sum();
        if (size > LARGEST_MEMORY) {
            throw new InvalidPluginException("it wants to remember " + size + " bytes; allowed are " + LARGEST_MEMORY);
        }
        ErrorText texts = plugin.call().texts();
        for (Map.Entry<String, String> entry : memory.entrySet()) {
            if (!texts.isClean(entry.getKey()) || !texts.isClean(entry.getValue())) {
                throw new InvalidPluginException("it wants to remember a secret");
            }
        }
        return memory;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private synchronized void begin() throws InvalidPluginException {
        if (closed) {
            throw new InvalidPluginException("the worker was closed");
        }
        inFlight++;
    }

    private void finish() throws Exception {
        if (isLast()) {
            rule.close();
        }
    }

    private synchronized boolean isLast() {
        inFlight--;
        return endsNow();
    }

    private synchronized boolean endsNow() {
        boolean now = closed && inFlight == 0 && !ended;
        ended |= now;
        return now;
    }

    @Override
    public void close() {
        plugin.closeLater(this);
    }

    @Override
    public String name() {
        return topic.name();
    }

    /** The last call closes the rule if one is under way. */
    @Override
    public void end() throws Exception {
        synchronized (this) {
            closed = true;
        }
        if (endsNow()) {
            rule.close();
        }
    }
}
