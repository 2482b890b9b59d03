package io.kusionstack.operating.testplugins.ignoresinterruption;

import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import java.util.concurrent.CountDownLatch;
import org.pf4j.Extension;

/** Stays in the call whatever happens. */
@Extension
public final class RuleProvider implements TransitionRuleProvider<RuleProvider.Nothing> {
    record Nothing() {}

    @Override
    public String name() {
        return "ignores-interruption-rule";
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
            return stayHere();
        }

        private static <T> T stayHere() {
            CountDownLatch never = new CountDownLatch(1);
            while (true) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    // that is the point: it stays
                }
            }
        }
    }
}
