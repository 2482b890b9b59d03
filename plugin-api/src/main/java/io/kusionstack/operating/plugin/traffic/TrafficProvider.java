package io.kusionstack.operating.plugin.traffic;

import io.kusionstack.operating.plugin.Provider;

/** Offers one kind of traffic control. The host makes one {@link TrafficControl} from the plugin's settings. */
public interface TrafficProvider<C extends Record> extends Provider<C, TrafficControl> {}
