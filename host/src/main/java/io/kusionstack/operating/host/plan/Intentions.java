package io.kusionstack.operating.host.plan;

import java.util.List;
import java.util.Optional;

/** The port through which the lifecycle learns which edit a begun operation wants to make. Any thread; never blocks. */
@FunctionalInterface
public interface Intentions {
    /** The edit that the operation on this Pod wants to make, if it may be applied now. */
    Optional<Intention> of(PodRecord pod);

    /**
     * Why an operation must not take its Pod out of service now, though it was begun: its next step is known to fail, or
     * not known yet.
     *
     * @param operation the id of the operation
     * @return empty while it may
     */
    default List<Wait> holding(PodRecord pod, String operation) {
        return List.of();
    }

    static Intentions none() {
        return pod -> Optional.empty();
    }
}
