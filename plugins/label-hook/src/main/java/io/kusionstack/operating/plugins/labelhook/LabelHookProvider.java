package io.kusionstack.operating.plugins.labelhook;

import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import org.pf4j.Extension;

/** Offers the rule {@code label-hook}. */
@Extension
public final class LabelHookProvider implements TransitionRuleProvider<LabelCheck> {
    @Override
    public String name() {
        return "label-hook";
    }

    @Override
    public Class<LabelCheck> configType() {
        return LabelCheck.class;
    }

    @Override
    public TransitionRule create(LabelCheck config, PluginContext context) throws InvalidConfigException {
        return new LabelHook(Selector.of("requires", config.requires()));
    }
}
