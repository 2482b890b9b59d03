package io.kusionstack.operating.host.plan;

/**
 * Whether the API server keeps the writer of each field of a Pod, in {@code metadata.managedFields}; see "Clearing managedFields" on the
 * page about Server-Side Apply of the documentation of Kubernetes.
 */
public enum FieldTracking {
    /** Not tracked: it was cleared, and no client has applied anything to the Pod since. */
    NONE,
    /** Tracked, and not needed: all writes were creations or updates. */
    UPDATED,
    /** A client uses Server-Side Apply on the Pod and relies on conflicts. */
    APPLIED;

    /** True if it may be cleared: no client applies to the Pod, and the Pod is of a CollaSet. */
    public static boolean isClearable(PodRecord pod) {
        return pod.fieldTracking() == UPDATED
                && pod.controller().filter(Owner::isCollaSet).isPresent();
    }
}
