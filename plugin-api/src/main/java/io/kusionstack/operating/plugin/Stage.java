package io.kusionstack.operating.plugin;

/** The two points of an operation at which transition rules are asked whether a Pod may go on. */
public enum Stage {
    /** Before the Pod leaves service. */
    PRE_CHECK,
    /** After the operation, before the Pod comes back into service. */
    POST_CHECK
}
