package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.plugins.PluginState.Kind;
import io.kusionstack.operating.host.plugins.PluginState.Offered;
import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;

/** What one extension of a loaded plugin brings. */
sealed interface Offer {
    String name();

    /** A kind of rule; workers are made of it as they are asked for. */
    record Rule(
            String name, TransitionRuleProvider<?> provider, Class<? extends Record> configType, PluginContext context)
            implements Offer {}

    /** The one worker of a traffic control. */
    record Traffic(String name, GuardedTraffic worker) implements Offer {}

    default Offered offered() {
        return new Offered(
                name(),
                switch (this) {
                    case Rule rule -> Kind.RULE;
                    case Traffic traffic -> Kind.TRAFFIC;
                });
    }
}
