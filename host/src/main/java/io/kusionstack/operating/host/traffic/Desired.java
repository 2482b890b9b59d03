package io.kusionstack.operating.host.traffic;

/** What a load balancer is to do for a Service. */
enum Desired {
    /** Its Pods are to be here. */
    SERVE,
    /** Where its Pods are to be cannot be told: what serves here goes on, nothing comes. */
    FREEZE,
    /** Its Pods are to be elsewhere, or nowhere. */
    DRAIN
}
