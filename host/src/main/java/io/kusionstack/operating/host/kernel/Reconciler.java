package io.kusionstack.operating.host.kernel;

import java.time.Instant;

/** Brings one object closer to what its spec asks for. */
@FunctionalInterface
public interface Reconciler {
    /**
     * Observes, decides, acts. Never called for the same key on two threads at once; may block (it runs on a virtual
     * thread). An exception means that the world failed: the controller counts it and comes back with back-off.
     *
     * @param now the time at which this look began
     */
    Outcome reconcile(Key key, Instant now);
}
