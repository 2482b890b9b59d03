package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.plugin.PodRef;

/** Takes the result of each edit of a Pod that passed the {@link PodGate}. Called in the Pod's write lane; must not block. */
@FunctionalInterface
public interface EditReports {
    void settled(PodRef pod, WriteResult result);

    /**
     * The edit is about to be sent again on a newer record that differs in its version only: until its result is
     * settled, it may be applied to any newer record of this kind.
     */
    default void resent(PodRef pod) {}
}
