package io.kusionstack.operating.testkit;

import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import io.kusionstack.operating.plugin.rule.Verdict;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Pods of one tier pass, the others later. */
record GoldFirstRule(GoldFirstRule.Config config) implements TransitionRule {
    record Config(String tier, Duration patience) {}

    static final class Provider implements TransitionRuleProvider<Config> {
        @Override
        public String name() {
            return "gold-first";
        }

        @Override
        public Class<Config> configType() {
            return Config.class;
        }

        @Override
        public TransitionRule create(Config config, PluginContext context) {
            return new GoldFirstRule(config);
        }
    }

    @Override
    public RuleResponse judge(RuleRequest request) {
        Map<PodRef, Verdict> verdicts = new LinkedHashMap<>();
        for (PodView pod : request.selected()) {
            if (request.waiting().stream().anyMatch(waiting -> waiting.ref().equals(pod.ref()))) {
                verdicts.put(pod.ref(), verdict(pod));
            }
        }
        int asked = Integer.parseInt(request.memory().getOrDefault("asked", "0")) + 1;
        return RuleResponse.of(verdicts).remembering(Map.of("asked", String.valueOf(asked)));
    }

    private Verdict verdict(PodView pod) {
        return config.tier().equals(pod.labels().get("tier"))
                ? Verdict.pass()
                : Verdict.askAgain("OtherTier", "Pods of the tier " + config.tier() + " go first", config.patience());
    }
}
