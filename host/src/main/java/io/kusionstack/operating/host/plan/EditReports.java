package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.plugin.PodRef;

/** Takes the result of each edit of a Pod that passed the {@link PodGate}. Called in the Pod's write lane; must not block. */
@FunctionalInterface
public interface EditReports {
    void settled(PodRef pod, WriteResult result);
}
