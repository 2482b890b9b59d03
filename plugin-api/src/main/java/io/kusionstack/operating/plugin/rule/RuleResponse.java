package io.kusionstack.operating.plugin.rule;

import io.kusionstack.operating.plugin.PodRef;
import java.util.Map;

/**
 * The answer of a rule.
 *
 * @param verdicts by Pod; a waiting Pod without one goes on waiting; verdicts about others are ignored and reported
 * @param memory what the rule wants to be told at the next question, at most 16 KiB; stored in the cluster before the
 *     verdicts are used
 */
public record RuleResponse(Map<PodRef, Verdict> verdicts, Map<String, String> memory) {
    public RuleResponse {
        verdicts = Map.copyOf(verdicts);
        memory = Map.copyOf(memory);
    }
}
