package io.kusionstack.operating.testplugins.slow;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.Verdict;
import io.kusionstack.operating.testkit.RuleRequests;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SlowRuleTest {
    private static final PodRef POD = new PodRef("shop", "web-0", "u-0");
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final SlowRule rule = new SlowRule(new Slow(Duration.ofSeconds(30)));

    @Test
    void aPodThatHasWaitedLongEnoughPasses() {
        RuleResponse response = rule.judge(request(START.plusSeconds(30), Map.of("u-0", START.toString())));

        assertThat(response).isEqualTo(new RuleResponse(Map.of(POD, Verdict.pass()), Map.of("u-0", START.toString())));
    }

    @Test
    void aPodThatAsksAnewWaitsAndIsRemembered() {
        RuleResponse response = rule.judge(request(START, Map.of("somebody else", START.toString())));

        assertThat(response.verdicts().get(POD)).isInstanceOf(Verdict.AskAgain.class);
        assertThat(response.memory()).isEqualTo(Map.of("u-0", START.toString()));
    }

    private static RuleRequest request(Instant now, Map<String, String> memory) {
        return RuleRequests.aboutRefs(List.of(POD))
                .memory(memory)
                .at(now)
                .until(now.plusSeconds(1))
                .request();
    }
}
