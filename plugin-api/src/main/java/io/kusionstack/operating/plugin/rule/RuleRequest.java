package io.kusionstack.operating.plugin.rule;

import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One question to a rule. The host makes it; the testkit makes one for tests.
 *
 * @param object the PodTransitionRule that has the rule
 * @param rule the name of the rule in its PodTransitionRule
 * @param selected all Pods that the PodTransitionRule selects, the waiting ones among them
 * @param waiting the Pods to judge, longest waiting first; their stage is stored on them
 * @param memory what the last {@link RuleResponse} gave back; empty at first
 * @param key the same for the same question, also after a crash of the host: made of the rule, the stage, the waiting Pods and
 *     the operations they wait with. What a rule opens elsewhere under this key exists once, whatever got lost
 * @param now the time of the question
 * @param deadline when the host stops waiting for the answer
 * @param waker asks the host to ask this rule again, a second after its last answer at the earliest, because it has learned something; may be
 *     kept, and run from any thread. Has an effect once, and none when the rule is closed; the next request brings another
 */
public record RuleRequest(
        RuleRef object,
        String rule,
        Stage stage,
        List<PodView> selected,
        List<WaitingPod> waiting,
        Map<String, String> memory,
        String key,
        Instant now,
        Instant deadline,
        Runnable waker) {
    public RuleRequest {
        selected = List.copyOf(selected);
        waiting = List.copyOf(waiting);
        memory = Map.copyOf(memory);
    }
}
