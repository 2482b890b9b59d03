package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;

/** The port through which the lifecycle asks the transition rules. Called under the Pod's write lane; never blocks on I/O. */
public interface PodAdmission extends EditReports {
    /**
     * May the Pod go on at this stage, now? A Pod that passes holds its slots from here on, until the cache shows that it
     * left service or {@link #settled} says that the write never happened.
     *
     * @param pod the Pod as it will be once the edit under way is written: it carries the mark of the stage, or begins it
     * @param operation the id of the operation that asks
     */
    Decision tryAdmit(PodRecord pod, String operation, Stage stage, Instant now);

    /**
     * May a Pod that passed PreCheck without a slot, because it was out of service, stay out though it could serve again?
     *
     * @param pod the Pod at Preparing, not touched yet
     * @param operation the id of the operation that holds it
     */
    default Decision tryAdmitAgain(PodRecord pod, String operation) {
        return new Decision.Admitted();
    }

    /** The Pod waits at PreCheck with an obstacle ahead: a slot that is kept for it, and that no write can use, goes back. */
    default void hindered(PodRecord pod) {}

    /**
     * Takes the result of the edit of a Pod that passed the lifecycle gate. To be called by the actuator, still under the
     * Pod's write lane, after every such edit; after {@link WriteResult.Written} it may be left out.
     */
    @Override
    default void settled(PodRef pod, WriteResult result) {}

    /** Every stage passes: for hosts that run no rules. */
    static PodAdmission none() {
        return (pod, operation, stage, now) -> new Decision.Admitted();
    }
}
