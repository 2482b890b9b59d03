package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;

/** The answer of a host without plugins. */
final class NoPlugins {
    private NoPlugins() {}

    static Wait wait(String plugin) {
        return new Wait(
                Reason.PLUGIN_UNAVAILABLE,
                plugin,
                "plugin \"" + plugin
                        + "\" is not loaded; this host has no plugins, name their folder in plugins.directory");
    }
}
