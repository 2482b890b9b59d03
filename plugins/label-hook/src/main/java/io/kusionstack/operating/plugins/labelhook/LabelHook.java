package io.kusionstack.operating.plugins.labelhook;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.Verdict;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Lets a Pod pass while its labels match. Looks at them anew each time, remembers nothing. */
final class LabelHook implements TransitionRule {
    private final Selector required;
    private final Verdict rejected;

    LabelHook(Selector required) {
        this.required = required;
        this.rejected = new Verdict.Reject(
                "LabelsDoNotMatch", "the rule requires labels that the Pod does not have: " + required);
    }

    @Override
    public RuleResponse judge(RuleRequest request) {
        Set<PodRef> waiting = new HashSet<>(request.waiting());
        Map<PodRef, Verdict> verdicts = new HashMap<>();
        for (PodView pod : request.selected()) {
            if (waiting.contains(pod.ref())) {
                verdicts.put(pod.ref(), required.matches(pod.labels()) ? new Verdict.Pass() : rejected);
            }
        }
        return new RuleResponse(verdicts, Map.of());
    }
}
