package io.kusionstack.operating.plugin.traffic;

/** How a backend stands with its provider. */
public enum Serving {
    /** Healthy, and gets new requests. */
    ON,
    /** Registered, not healthy yet. */
    STARTING,
    /** Gets no new requests; some may be in flight. */
    DRAINING,
    /** Not ours: never touched. */
    FOREIGN
}
