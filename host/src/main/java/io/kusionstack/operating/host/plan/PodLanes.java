package io.kusionstack.operating.host.plan;

import java.util.Optional;

/** The port through which the lifecycle lets a Pod go on by itself, in the write lane of the Pod. */
@FunctionalInterface
public interface PodLanes {
    /**
     * Decides once, on the newest record and with no other write of the Pod under way, and has the edit sent if there is
     * one; the sending is not waited for. Blocks for the decision only, which does no I/O.
     *
     * @return what was decided; empty while another write of the Pod is under way: the Pod is to be looked at again
     */
    Optional<PodGate.Advance> advance(PodRecord pod);
}
