package io.kusionstack.operating.plugin;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * Metrics under the plugin's own name: {@code operating_plugin_<plugin>_<name>}. Names and tag values are bounded: no Pod,
 * no message. The host forgets them all when the plugin is unloaded.
 */
public interface Meters {
    /** Adds one to a counter. {@code tags} alternate key and value. */
    void count(String name, String... tags);

    /** Records how long something took. */
    void time(String name, Duration took, String... tags);

    /**
     * Shows a value. It is asked for every ten seconds, all gauges of a plugin in one call under guard; one that throws shows NaN. The second
     * call with one name and tags replaces the first.
     */
    void gauge(String name, DoubleSupplier value, String... tags);
}
