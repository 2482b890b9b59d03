package io.kusionstack.operating.testplugins.throwserrors;

import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import org.pf4j.Extension;

/** Calls itself until the stack is full. */
@Extension
public final class RuleProvider implements TransitionRuleProvider<RuleProvider.Nothing> {
    record Nothing() {}

    @Override
    public String name() {
        return "throws-errors-rule";
    }

    @Override
    public Class<Nothing> configType() {
        return Nothing.class;
    }

    @Override
    public TransitionRule create(Nothing config, PluginContext context) {
        return new Rule();
    }

    private static final class Rule implements TransitionRule {
        @Override
        public RuleResponse judge(RuleRequest request) {
            throw new IllegalStateException("never reached: " + deep(0));
        }

        private static int deep(int level) {
            return level == Integer.MAX_VALUE ? 0 : deep(level + 1) + 1;
        }
    }
}
