package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.WriteResult;

/**
 * Why the API server did not take a Pod. The API server tells it in its message only, so the message is read here, once; decisions
 * rely on this value.
 */
enum CreationProblem {
    /** The content is refused. */
    CONTENT,
    /** A field that the server does not know: a dry run refuses it, a creation drops it. */
    UNKNOWN_FIELD,
    /** A webhook or a policy denies the content. */
    DENIED,
    /** A quota is full. It is checked last, so everything else has passed. A quota that asks for missing amounts is not full. */
    QUOTA,
    /** The namespace is being deleted: it takes no new object, whatever that is. */
    NAMESPACE_TERMINATING,
    /** A webhook does not support dry runs. */
    NO_DRY_RUN,
    /** Anything else, or no answer. */
    OTHER;

    /** What users are told of {@link #NAMESPACE_TERMINATING}. */
    static final String CLOSED_NAMESPACE = "the namespace is being deleted, and takes no new Pods";

    static CreationProblem of(WriteResult.NotDone result) {
        return result.isOfDryRunOnly() ? NO_DRY_RUN : of(result.code(), result.message());
    }

    /** Of a creation, which is no dry run. */
    static CreationProblem of(int code, String message) {
        boolean isQuota = message.contains("exceeded quota") || message.contains("status unknown for quota");
        if (code == 403 && isQuota) {
            return QUOTA;
        }
        if (code == 403 && message.contains("because it is being terminated")) {
            return NAMESPACE_TERMINATING;
        }
        if (code != 400 && code != 403 && code != 422) {
            return OTHER;
        }
        if (message.contains("strict decoding error")) {
            return UNKNOWN_FIELD;
        }
        return message.contains("denied") ? DENIED : CONTENT;
    }

    boolean isOfContent() {
        return switch (this) {
            case CONTENT, UNKNOWN_FIELD, DENIED -> true;
            case QUOTA, NAMESPACE_TERMINATING, NO_DRY_RUN, OTHER -> false;
        };
    }
}
