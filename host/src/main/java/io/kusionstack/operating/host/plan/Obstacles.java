package io.kusionstack.operating.host.plan;

import java.time.Instant;
import java.util.List;

/**
 * The port through which the lifecycle and the rules learn that the step after PreCheck is known to fail. A Pod with an
 * obstacle ahead stays in service, waits with these reasons, and takes no slot. Any thread; on facts in memory, never blocks.
 * The implementation has the Pods looked at again when an obstacle is gone.
 */
@FunctionalInterface
public interface Obstacles {
    /**
     * What stands in the way of an operation that waits at PreCheck, or is about to.
     *
     * @param operation the operation's id
     * @return empty if nothing is known to
     */
    List<Wait> ahead(PodRecord pod, String operation);

    /**
     * What of that has lasted for so long, and will whatever becomes of the Pod, that nobody should wait for it out of service.
     *
     * @return empty if nothing is known to
     */
    default List<Wait> lasting(PodRecord pod, String operation, Instant now) {
        return List.of();
    }

    /** Nothing ever stands in the way. */
    static Obstacles none() {
        return (pod, operation) -> List.of();
    }

    /** What any of them knows stands in the way. */
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
