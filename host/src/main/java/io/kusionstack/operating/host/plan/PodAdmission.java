package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;

/** The port through which the lifecycle asks the transition rules. Called for a look at the Pod and in its write lane; never blocks on I/O. */
public interface PodAdmission extends EditReports {
    /**
     * Lets the Pod go on at this stage if the rules allow it now, and takes the slots that it needs: it holds them until the
     * cache shows that it left service or {@link #settled} says that the write was not applied. Of two calls that need the
     * last slot, one takes it.
     *
     * @param pod the Pod as it will be once the edit under way is written: it carries the mark of the stage, or begins it
     * @param operation the id of the operation that asks
     */
    Decision tryAdmit(PodRecord pod, String operation, Stage stage, Instant now);

    /**
     * Tells whether a Pod that passed PreCheck without a slot, because it was out of service, may stay out though it could
     * serve again. Takes nothing.
     *
     * @param pod the Pod at Preparing, not touched yet
     * @param operation the id of the operation that holds it
     */
    default Decision mayStayOut(PodRecord pod, String operation) {
        return new Decision.Admitted();
    }

    /** Gives back the slots of a Pod that waits at PreCheck and has an obstacle ahead, unless a write may still use them. */
    default void releaseUnused(PodRecord pod) {}

    /**
     * Takes the result of the edit of a Pod that passed the lifecycle gate. To be called by the actuator, still under the
     * Pod's write lane, after every such edit.
     */
    @Override
    default void settled(PodRef pod, WriteResult result) {}

    /** Every stage passes: for hosts that run no rules. */
    static PodAdmission none() {
        return (pod, operation, stage, now) -> new Decision.Admitted();
    }
}
