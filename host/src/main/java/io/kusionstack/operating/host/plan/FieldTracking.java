package io.kusionstack.operating.host.plan;

/**
 * Whether the API server keeps for each field of a Pod who wrote it, in {@code metadata.managedFields}; see "Clearing
 * managedFields" on the page about Server-Side Apply of the documentation of Kubernetes.
 */
public enum FieldTracking {
    /** Not tracked: it was cleared, and nobody has applied anything to the Pod since. */
    NONE,
    /** Tracked, and nobody needs it: all that was written was created or updated. */
    UPDATED,
    /** Somebody applies to the Pod on the server side and is told about conflicts. */
    APPLIED;

    /** True if it may be cleared: nobody applies to the Pod, and the Pod is of a CollaSet. */
    public static boolean isClearable(PodRecord pod) {
        return pod.fieldTracking() == UPDATED
                && pod.controller().filter(Owner::isCollaSet).isPresent();
    }
}
