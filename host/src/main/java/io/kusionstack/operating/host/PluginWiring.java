package io.kusionstack.operating.host;

import io.kusionstack.operating.host.config.ConfigLoader;
import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.kube.ApiReads;
import io.kusionstack.operating.host.ops.HostMetrics;
import io.kusionstack.operating.host.plugins.PluginHost;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState.PluginHealth;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The configuration of plugins, handed to their room. */
final class PluginWiring {
    private PluginWiring() {}

    static PluginHost host(HostConfig.Plugins config, ApiReads reads, HostMetrics metrics) {
        return new PluginHost(
                config,
                new PluginHost.PluginEnvironment(
                        Clock.systemUTC(), reads, ConfigLoader.ofProcess()::variable, metrics));
    }

    /** What a person should know of plugins though the host goes on. */
    static Optional<String> note(List<PluginState> refused) {
        String words = refused.stream()
                .filter(state -> state.health() == PluginHealth.REFUSED)
                .map(state -> state.spoken() + " is refused: " + state.why())
                .collect(Collectors.joining("\nplugins: "));
        return Optional.of(words).filter(text -> !text.isEmpty());
    }
}
