package io.kusionstack.operating.plugins.labelhook;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.Verdict;
import io.kusionstack.operating.plugin.rule.WaitingPod;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Lets a Pod pass while its labels match. Looks at them anew each time, remembers nothing. */
final class LabelHook implements TransitionRule {
    private final Selector required;
    private final Verdict rejected;

    LabelHook(Selector required) {
        this.required = required;
        this.rejected =
                Verdict.reject("LabelsDoNotMatch", "the rule requires labels that the Pod does not have: " + required);
    }

    @Override
    public RuleResponse judge(RuleRequest request) {
        Set<PodRef> waiting = request.waiting().stream().map(WaitingPod::ref).collect(Collectors.toSet());
        Map<PodRef, Verdict> verdicts = new HashMap<>();
        for (PodView pod : request.selected()) {
            if (waiting.contains(pod.ref())) {
                verdicts.put(pod.ref(), required.matches(pod.labels()) ? Verdict.pass() : rejected);
            }
        }
        return RuleResponse.of(verdicts);
    }
}
