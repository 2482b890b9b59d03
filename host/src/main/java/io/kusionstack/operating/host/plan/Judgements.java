package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;

/** The port through which the lifecycle asks the transition rules. Called under the Pod's write lane; never blocks on I/O. */
public interface Judgements {
    /**
     * May the Pod go on at this stage, now?
     *
     * @param pod the Pod as it will be once the edit under way is written: it carries the mark of the stage, or begins it
     * @param operation the id of the operation that asks
     */
    Judgement judge(PodRecord pod, String operation, Stage stage, Instant now);

    /** Every stage passes: for hosts that run no rules. */
    static Judgements none() {
        return (pod, operation, stage, now) -> new Judgement.Passed();
    }
}
