package io.kusionstack.operating.plugin;

import java.time.Clock;
import java.util.concurrent.ExecutorService;

/** What the host lends to one plugin. All of it may be used from any thread, and is taken back when the plugin is unloaded. */
public interface PluginContext {
    /**
     * The plugin-wide settings from the host's configuration, bound as {@link Provider#configType()} is.
     *
     * @throws InvalidConfigException if they cannot be bound; it lists all that is wrong
     */
    <S extends Record> S settings(Class<S> type) throws InvalidConfigException;

    /** The only clock a plugin reads, so that tests decide what time it is. */
    Clock clock();

    /** Virtual threads for work beside the call; shut down with the plugin. Starting other threads leaks the plugin. */
    ExecutorService executor();

    Secrets secrets();

    KubernetesReads kubernetes();

    Meters meters();
}
