package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.plugins.PluginHost.PluginState.Kind;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState.Offered;

/** One extension of a loaded plugin: a kind of rule, or a traffic control. */
sealed interface PluginExtension permits RuleExtension, GuardedTraffic {
    /** The word users write. */
    String name();

    default Offered offered() {
        return new Offered(
                name(),
                switch (this) {
                    case RuleExtension<?> rule -> Kind.RULE;
                    case GuardedTraffic traffic -> Kind.TRAFFIC;
                });
    }
}
