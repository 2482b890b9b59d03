package io.kusionstack.operating.plugin.traffic;

import java.time.Instant;
import java.util.List;

/**
 * Asks and changes one provider. Called on threads of the plugin's own; calls with equal {@link #lockKey lock keys} never overlap, others
 * may. A call may block until its deadline. An exception or an overrun means that the outcome is unknown: the host observes
 * before it changes anything again.
 */
public interface TrafficControl extends AutoCloseable {
    /**
     * What must not be changed by two calls at once, for example the load balancer's id. Pure and quick: no I/O.
     *
     * <p>It also says where the employer is. When it changes, the host has everything taken off at the old place, with the
     * employer as it was described then; as long as it stays the same, what the annotations no longer name is the plugin's to
     * find and to show.
     *
     * @throws IllegalArgumentException if the employer's annotations say too little; the message names the annotation
     */
    String lockKey(Employer employer);

    /** What the provider has now, ours and {@link Serving#FOREIGN}. The only source of truth. */
    Observation observe(Employer employer, Instant deadline);

    /**
     * Starts or continues the changes; repeating one that is under way or done is harmless. Batching is the plugin's
     * business. Returns a result for every change, in any order; one without a result counts as pending.
     */
    List<BackendResult> apply(Employer employer, List<BackendChange> changes, Instant deadline);

    /** Called once, after the last call has returned. Must not throw. */
    @Override
    default void close() {}
}
