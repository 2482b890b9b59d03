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
     * <p>Together with {@link #groups} it also says where the employer is. When that changes, the host has the Pods put on at
     * the new place, and then taken off at the old one, with the employer as it was described then.
     *
     * @throws IllegalArgumentException if the employer's annotations say too little; the message names the annotation
     */
    String lockKey(Employer employer);

    /**
     * The parts of the provider that the employer names now, for example its server groups; empty where the lock key says all.
     * Pure and quick: no I/O. The host keeps them with what it remembers of the employer, and calls for those that the
     * employer names no more, one at a time, with {@link Employer#groups}.
     *
     * @throws IllegalArgumentException if the employer must not use what it names; the message says what it may use
     */
    default List<String> groups(Employer employer) {
        return List.of();
    }

    /** What the provider has now, ours and {@link Serving#FOREIGN}. The only source of truth. */
    Observation observe(Employer employer, Instant deadline);

    /**
     * The same, but what was read at {@code notBefore} or later need not be read again: employers that share something of the
     * provider may share the read. At rest {@code notBefore} lies some seconds back, else it is now.
     */
    default Observation observe(Employer employer, Instant notBefore, Instant deadline) {
        return observe(employer, deadline);
    }

    /**
     * Starts or continues the changes; repeating one that is under way or done is harmless. Batching is the plugin's
     * business. Returns a result for every change, in any order; one without a result counts as pending.
     */
    List<BackendResult> apply(Employer employer, List<BackendChange> changes, Instant deadline);

    /** Called once, after the last call has returned. Must not throw. */
    @Override
    default void close() {}
}
