package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.PodRecord;

/** One event of a watch of Pods. */
sealed interface PodEvent {
    /** The Pod is new or has changed. */
    record PodSeen(PodRecord pod) implements PodEvent {}

    /** The Pod is gone. */
    record Gone(PodRecord pod) implements PodEvent {}

    /**
     * All changes up to a version were sent.
     *
     * @param initialEnd true after the last of the Pods with which the watch began: annotation {@code k8s.io/initial-events-end}
     */
    record Bookmark(long version, boolean initialEnd) implements PodEvent {}

    /** The API server ends the watch, for example with 410. */
    record Refused(ApiResponse answer) implements PodEvent {}
}
