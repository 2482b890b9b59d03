package io.kusionstack.operating.host.plan;

import java.time.Instant;
import java.util.List;

/**
 * The port through which the lifecycle and the rules learn that the step after PreCheck is known to fail, or to wait. A Pod with an
 * obstacle ahead stays in service, waits with these reasons, and takes no slot. Any thread; on facts in memory, never blocks.
 * The implementation enqueues the Pods again when an obstacle is gone.
 */
@FunctionalInterface
public interface Obstacles {
    /**
     * The obstacles of an operation that waits at PreCheck, or is about to.
     *
     * @param operation the operation's id
     * @return empty if none is known
     */
    List<Wait> ahead(PodRecord pod, String operation);

    /**
     * Those obstacles that have lasted for so long, and do not depend on the Pod, that no Pod should wait for their end out of service.
     *
     * @return empty if none is known
     */
    default List<Wait> lasting(PodRecord pod, String operation, Instant now) {
        return List.of();
    }

    /** There is never an obstacle. */
    static Obstacles none() {
        return (pod, operation) -> List.of();
    }

    /** The obstacles of all of them. */
    static Obstacles all(Obstacles... known) {
        List<Obstacles> each = List.of(known);
        return new Obstacles() {
            @Override
            public List<Wait> ahead(PodRecord pod, String operation) {
                return each.stream()
                        .flatMap(one -> one.ahead(pod, operation).stream())
                        .toList();
            }

            @Override
            public List<Wait> lasting(PodRecord pod, String operation, Instant now) {
                return each.stream()
                        .flatMap(one -> one.lasting(pod, operation, now).stream())
                        .toList();
            }
        };
    }
}
