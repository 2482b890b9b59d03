package io.kusionstack.operating.host.traffic;

/** What a place is for a Service now. */
enum Role {
    /** Its Pods are to be here. */
    SERVES,
    /** Where its Pods are to be cannot be told: what serves here goes on, nothing comes. */
    KEEPS,
    /** Its Pods are to be elsewhere, or nowhere. */
    LEAVES
}
