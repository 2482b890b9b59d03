package io.kusionstack.operating.testplugins.hangs;

import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import java.util.concurrent.CountDownLatch;
import org.pf4j.Extension;

/** Hangs when asked. */
@Extension
public final class RuleProvider implements TransitionRuleProvider<RuleProvider.Nothing> {
    record Nothing() {}

    @Override
    public String name() {
        return "hangs-rule";
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
            return hang();
        }

        private static <T> T hang() {
            try {
                new CountDownLatch(1).await();
                throw new IllegalStateException("nobody counts this down");
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        }
    }
}
