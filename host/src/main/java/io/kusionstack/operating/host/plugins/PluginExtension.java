package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.plugins.PluginState.Kind;
import io.kusionstack.operating.host.plugins.PluginState.Offered;
import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;

/** What one extension of a loaded plugin brings. */
sealed interface PluginExtension {
    String name();

    /** A kind of rule; workers are made of it as they are asked for. */
    record RuleExtension(
            String name, TransitionRuleProvider<?> provider, Class<? extends Record> configType, PluginContext context)
            implements PluginExtension {}

    /** The one worker of a traffic control. */
    record TrafficExtension(String name, GuardedTraffic worker) implements PluginExtension {}

    default Offered offered() {
        return new Offered(
                name(),
                switch (this) {
                    case RuleExtension rule -> Kind.RULE;
                    case TrafficExtension traffic -> Kind.TRAFFIC;
                });
    }
}
