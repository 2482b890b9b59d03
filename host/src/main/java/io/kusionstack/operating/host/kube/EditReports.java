package io.kusionstack.operating.host.kube;

import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;

/** Whoever holds a grant for a Pod hears here what became of the write that used it. Called under the Pod's write lane. */
@FunctionalInterface
public interface EditReports {
    /**
     * @param seen the record the edit was decided on
     * @param edit what was, or would have been, sent; the gate's part included
     */
    void reported(PodRecord seen, PodEdit edit, Fate fate);

    /** What became of an edit. */
    enum Fate {
        /** The API server took it, and the cache knows. */
        DONE,
        /** The API server knows a newer object; nothing was changed. */
        CONFLICT,
        /** The API server does not take the content; nothing was changed. */
        REFUSED,
        /** Nothing was sent. */
        NOT_SENT,
        /** It may have been done, or may yet be; only a fresh read tells. */
        UNKNOWN,
        /** After {@link #UNKNOWN}: it can no longer arrive, and what a read begun since then showed is in the cache. */
        READ_AGAIN
    }

    static EditReports none() {
        return (seen, edit, fate) -> {};
    }
}
