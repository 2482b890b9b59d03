package io.kusionstack.operating.host.traffic;

/** The role of a load balancer for a Service. */
enum Desired {
    /** The Pods of the Service are to be on here. */
    SERVE,
    /** It is not known where the Pods are to be on: backends that serve here stay, none is added. */
    FREEZE,
    /** The Pods are to be on elsewhere, or nowhere. */
    DRAIN
}
