package io.kusionstack.operating.host.plan;

/** The port through which the lifecycle learns whether an expected finalizer can still come. Any thread; never blocks. */
@FunctionalInterface
public interface Employers {
    /**
     * False only if it is certain that the employer will never put its finalizer on this Pod: the Service is gone, or
     * selects the Pod no more.
     *
     * @param employer as the annotation names it: {@code Kind/namespace/name}
     */
    boolean employs(PodRecord pod, String employer);

    /** Every expectation stands: for hosts that don't look at Services. */
    static Employers unknown() {
        return (pod, employer) -> true;
    }
}
