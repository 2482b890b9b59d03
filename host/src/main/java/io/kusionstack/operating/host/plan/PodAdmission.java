package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;

/** The port through which the lifecycle asks the transition rules. Called under the Pod's write lane; never blocks on I/O. */
public interface PodAdmission {
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
     * What became of the edit of a Pod that passed the lifecycle gate. To be called by the actuator, still under the
     * Pod's write lane, after every such edit; after {@link Settlement#WRITTEN} it may be left out.
     */
    default void settled(PodRef pod, Settlement settlement) {}

    /** Every stage passes: for hosts that run no rules. */
    static PodAdmission none() {
        return (pod, operation, stage, now) -> new Decision.Admitted();
    }

    /** What became of an edit. */
    enum Settlement {
        /** The server confirmed it; the response is in the cache, or soon will be. */
        WRITTEN,
        /** The server does not take its content: the same edit would be refused again. */
        REFUSED,
        /** It was not made, which says nothing of its content: nothing was sent, the server was too busy, the Pod had moved. */
        NOT_APPLIED,
        /** No answer: it may have been applied, or may yet be. */
        UNKNOWN,
        /** After {@link #UNKNOWN}: the time of the request is over, and the Pod, read since then, is in the cache. */
        READ_AGAIN
    }
}
