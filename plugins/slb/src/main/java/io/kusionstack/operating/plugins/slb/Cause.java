package io.kusionstack.operating.plugins.slb;

/** Why the API did not do what it was asked, as far as it decides what to do next. */
enum Cause {
    /** An earlier change is being carried out: look again soon. */
    BUSY,
    /** Too many calls: this action pauses for all. */
    THROTTLED,
    /** It may have been done or not: look first. */
    UNKNOWN,
    /** The API knows no group or load balancer of that name, as far as this one answer goes. */
    GONE,
    /** No room for more backends: removals first. */
    FULL,
    /** One of the backends is at fault: find out which. */
    BACKEND,
    /** Key, rights or clock. */
    CREDENTIALS,
    /** No time was left to ask: nothing was sent. */
    UNSENT,
    /** Anything else: nothing was done. */
    REFUSED
}
