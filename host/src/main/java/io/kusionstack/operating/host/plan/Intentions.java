package io.kusionstack.operating.host.plan;

import java.util.Optional;

/** The port through which the lifecycle learns which edit a begun operation wants to make. Any thread; never blocks. */
@FunctionalInterface
public interface Intentions {
    /** The edit that the operation on this Pod wants to make, if it may be applied now. */
    Optional<Intention> of(PodRecord pod);

    static Intentions none() {
        return pod -> Optional.empty();
    }
}
