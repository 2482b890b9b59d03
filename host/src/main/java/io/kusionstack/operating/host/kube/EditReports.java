package io.kusionstack.operating.host.kube;

import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;

/** Receives the result of each edit of a Pod that uses a grant. Called in the Pod's write lane. */
@FunctionalInterface
public interface EditReports {
    /**
     * @param seen the record the edit was decided on
     * @param edit what was, or would have been, sent; the gate's part included
     */
    void reported(PodRecord seen, PodEdit edit, Fate fate);

    static EditReports none() {
        return (seen, edit, fate) -> {};
    }
}
