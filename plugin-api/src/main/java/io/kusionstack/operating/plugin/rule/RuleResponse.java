package io.kusionstack.operating.plugin.rule;

import io.kusionstack.operating.plugin.PodRef;
import java.util.Map;

/**
 * The answer of a rule, made by {@link #of}.
 *
 * <pre>{@code
 * return RuleResponse.of(verdicts).remembering(Map.of("ticket", "CHG-17"));
 * }</pre>
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

    /** Verdicts of a rule that remembers nothing. */
    public static RuleResponse of(Map<PodRef, Verdict> verdicts) {
        return new RuleResponse(verdicts, Map.of());
    }

    /** The same verdicts, with what the rule wants to be told next time. */
    public RuleResponse remembering(Map<String, String> what) {
        return new RuleResponse(verdicts, what);
    }
}
