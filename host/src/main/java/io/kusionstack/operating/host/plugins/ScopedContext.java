package io.kusionstack.operating.host.plugins;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.config.ConfigBinder;
import io.kusionstack.operating.host.config.ConfigResult;
import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugin.KubernetesReads;
import io.kusionstack.operating.plugin.Meters;
import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.Secrets;
import java.time.Clock;
import java.util.concurrent.ExecutorService;

/**
 * The context of one extension.
 *
 * @param name of the extension; the configuration has its settings under this name
 */
record ScopedContext(
        String name,
        JsonNode settings,
        Clock clock,
        ExecutorService executor,
        Secrets secrets,
        KubernetesReads kubernetes,
        Meters meters)
        implements PluginContext {
    @Override
    public <S extends Record> S settings(Class<S> type) throws InvalidConfigException {
        String unbindable = ConfigBinder.unbindable(type).orElse("");
        if (!unbindable.isEmpty()) {
            throw new IllegalArgumentException(unbindable);
        }
        return switch (ConfigBinder.bind(settings, type)) {
            case ConfigResult.ValidConfig<S>(S value) -> value;
            case ConfigResult.InvalidConfig<S> wrong ->
                throw new InvalidConfigException(wrong.problems().stream()
                        .map(problem ->
                                problem.below("plugins.settings." + name).toString())
                        .toList());
        };
    }
}
