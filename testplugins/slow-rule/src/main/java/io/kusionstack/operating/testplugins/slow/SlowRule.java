package io.kusionstack.operating.testplugins.slow;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.Verdict;
import io.kusionstack.operating.plugin.rule.WaitingPod;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Blocks in every call for as long as it may, and lets a Pod pass when it has waited long enough. Since when it has waited
 * is what the rule remembers.
 */
final class SlowRule implements TransitionRule {
    private static final Duration BEFORE_THE_DEADLINE = Duration.ofSeconds(1);

    private static final Verdict NOT_YET =
            Verdict.askAgain("StillThinking", "the slow plugin has not made up its mind", Duration.ofSeconds(1));

    private final Slow config;

    SlowRule(Slow config) {
        this.config = config;
    }

    @Override
    public RuleResponse judge(RuleRequest request) {
        Map<String, String> since = new HashMap<>();
        for (WaitingPod pod : request.waiting()) {
            String uid = pod.ref().uid();
            since.put(uid, request.memory().getOrDefault(uid, request.now().toString()));
        }
        Instant end = since.values().stream()
                .map(first -> Instant.parse(first).plus(config.takes()))
                .reduce(request.deadline().minus(BEFORE_THE_DEADLINE), SlowRule::earlier);
        block(Duration.between(request.now(), end));
        Map<PodRef, Verdict> verdicts = new HashMap<>();
        for (WaitingPod pod : request.waiting()) {
            Instant first = Instant.parse(since.get(pod.ref().uid()));
            boolean waits = first.plus(config.takes()).isAfter(end);
            verdicts.put(pod.ref(), waits ? NOT_YET : Verdict.pass());
        }
        return RuleResponse.of(verdicts).remembering(since);
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** Interrupted, it ends early: the host has stopped to wait for the answer. */
    private static void block(Duration time) {
        try {
            if (new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("nobody counts down");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
