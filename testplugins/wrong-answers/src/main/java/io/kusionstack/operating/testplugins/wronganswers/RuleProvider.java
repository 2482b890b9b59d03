package io.kusionstack.operating.testplugins.wronganswers;

import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import io.kusionstack.operating.plugin.rule.Verdict;
import java.time.Duration;
import java.util.Map;
import org.pf4j.Extension;

/** Answers wrongly in the way its configuration says. */
@Extension
public final class RuleProvider implements TransitionRuleProvider<RuleProvider.Config> {
    record Config(Wrong wrong) {}

    enum Wrong {
        NOTHING,
        TOO_FEW,
        FOR_OTHERS,
        NO_REASON,
        REASON_WITH_SPACES,
        NO_TIME,
        LONG_MEMORY
    }

    @Override
    public String name() {
        return "wrong-answers-rule";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public TransitionRule create(Config config, PluginContext context) {
        return new Rule(config.wrong());
    }

    private record Rule(Wrong wrong) implements TransitionRule {
        @Override
        @SuppressWarnings("NullAway")
        public RuleResponse judge(RuleRequest request) {
            PodRef pod = request.waiting().getFirst().ref();
            return switch (wrong) {
                case NOTHING -> null;
                case TOO_FEW -> new RuleResponse(Map.of(), Map.of());
                case FOR_OTHERS ->
                    new RuleResponse(
                            Map.of(pod, Verdict.pass(), new PodRef("other", "other", "o"), Verdict.pass()), Map.of());
                case NO_REASON -> new RuleResponse(Map.of(pod, Verdict.reject(null, null)), Map.of());
                case REASON_WITH_SPACES ->
                    new RuleResponse(Map.of(pod, Verdict.reject("not now", "not now")), Map.of());
                case NO_TIME -> new RuleResponse(Map.of(pod, Verdict.askAgain("Later", "later", null)), Map.of());
                case LONG_MEMORY ->
                    new RuleResponse(Map.of(pod, Verdict.askAgain("Later", "later", Duration.ZERO)), longMemory());
            };
        }

        private static Map<String, String> longMemory() {
            return Map.of("all", "x".repeat(17 * 1024));
        }
    }
}
