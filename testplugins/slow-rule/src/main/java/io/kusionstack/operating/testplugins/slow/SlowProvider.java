package io.kusionstack.operating.testplugins.slow;

import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import org.pf4j.Extension;

/** Offers the rule {@code slow}. */
@Extension
public final class SlowProvider implements TransitionRuleProvider<Slow> {
    @Override
    public String name() {
        return "slow";
    }

    @Override
    public Class<Slow> configType() {
        return Slow.class;
    }

    @Override
    public TransitionRule create(Slow config, PluginContext context) {
        return new SlowRule(config);
    }
}
