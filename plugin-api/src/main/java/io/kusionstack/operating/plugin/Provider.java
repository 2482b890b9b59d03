package io.kusionstack.operating.plugin;

import org.pf4j.ExtensionPoint;

/**
 * What a plugin offers under one name. The host makes one instance when the plugin starts, through the constructor without
 * parameters, on its own thread; a constructor does no work.
 *
 * @param <C> the configuration, a record
 * @param <T> what does the work
 */
public interface Provider<C extends Record, T extends AutoCloseable> extends ExtensionPoint {
    /** The word users write in YAML: {@code [a-z0-9-]}, 1 to 63 characters, the same at every call, one per host. */
    String name();

    /**
     * The record that holds the configuration. The host binds YAML to it and reports all wrong, missing and unknown keys
     * together, before {@link #create} is called. Component types: text, numbers, boolean, enums, {@code Duration},
     * {@code Instant}, {@code URI}, lists, maps with text keys, {@code Optional} and further such records.
     */
    Class<C> configType();

    /**
     * Makes a worker for one configuration. May be called several times, also at once, for different configurations; the
     * host closes each worker once, after its last call has returned.
     *
     * @throws InvalidConfigException if the values make no sense together; it lists all that is wrong
     */
    T create(C config, PluginContext context) throws InvalidConfigException;
}
