package com.example.changewindow;

import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import org.pf4j.Extension;

/** Offers the rule {@code change-window}. */
@Extension
public final class ChangeWindowProvider implements TransitionRuleProvider<ChangeWindow> {
    @Override
    public String name() {
        return "change-window";
    }

    @Override
    public Class<ChangeWindow> configType() {
        return ChangeWindow.class;
    }

    @Override
    public TransitionRule create(ChangeWindow config, PluginContext context) throws InvalidConfigException {
        return new ChangeWindowRule(Schedule.of(config));
    }
}
