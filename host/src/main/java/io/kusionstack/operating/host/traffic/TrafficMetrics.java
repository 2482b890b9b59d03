package io.kusionstack.operating.host.traffic;

import java.time.Duration;

/** The metrics of traffic; calls of plugins are counted by the plugin host. Any thread; must not block. */
public interface TrafficMetrics {
    /**
     * A backend was seen where it was to be.
     *
     * @param direction {@code on} or {@code off}
     * @param lag since the provider had taken the change
     */
    default void verified(String plugin, String direction, Duration lag) {}

    /** How many Pods of all Services of a plugin wait now to be put on, or to be taken off. */
    default void waiting(String plugin, int on, int off) {}
}
