package com.example.changewindow;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.Verdict;
import io.kusionstack.operating.plugin.rule.WaitingPod;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Lets Pods pass while the window is open, and at any time a Pod that carries the {@value #BREAK_GLASS} annotation with a
 * reason. Remembers nothing: the time and the Pod say all.
 */
final class ChangeWindowRule implements TransitionRule {
    /** Of a Pod's annotations the host hands on those under kusionstack.io. */
    static final String BREAK_GLASS = "change-window.kusionstack.io/break-glass";

    private final Schedule schedule;

    ChangeWindowRule(Schedule schedule) {
        this.schedule = schedule;
    }

    @Override
    public RuleResponse judge(RuleRequest request) {
        Verdict verdict = verdict(schedule.untilOpen(request.now()));
        Set<PodRef> waiting = request.waiting().stream().map(WaitingPod::ref).collect(Collectors.toSet());
        Map<PodRef, Verdict> verdicts = new HashMap<>();
        for (PodView pod : request.selected()) {
            if (waiting.contains(pod.ref())) {
                verdicts.put(pod.ref(), breaksGlass(pod) ? Verdict.pass() : verdict);
            }
        }
        return RuleResponse.of(verdicts);
    }

    private Verdict verdict(Duration untilOpen) {
        return untilOpen.isZero()
                ? Verdict.pass()
                : Verdict.askAgain(
                        "WindowClosed",
                        "changes are made " + schedule + "; in an emergency annotate the Pod with " + BREAK_GLASS
                                + " and a reason",
                        untilOpen);
    }

    private static boolean breaksGlass(PodView pod) {
        return !pod.annotations().getOrDefault(BREAK_GLASS, "").isBlank();
    }
}
