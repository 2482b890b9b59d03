package io.kusionstack.operating.host.kube;

import io.kusionstack.operating.host.plan.Reason;

/** The result of a write: the only classification, for every kind of write and of object. */
public enum Fate {
    /** The API server took it, and the cache knows. */
    DONE(Reason.SERVER_UNREACHABLE, ""),
    /** The API server knows a newer object, another one of that name, or none any more; nothing was changed. */
    CONFLICT(Reason.SERVER_UNREACHABLE, "it is looked at again"),
    /** The API server does not take the content; nothing was changed. */
    REFUSED(Reason.REFUSED_BY_SERVER, "correct what is written, or the policy that refuses it"),
    /** The API server does not let us: a right is missing, a quota is used up, a policy forbids it; nothing was changed. */
    FORBIDDEN(
            Reason.FORBIDDEN_BY_SERVER,
            "bind the roles of deploy/rbac.yaml, raise the quota, or change the policy that forbids it"),
    /** The API server has no time for it; nothing was changed. */
    BUSY(Reason.SERVER_UNREACHABLE, "it is tried again"),
    /** A webhook that the API server has to ask gave no answer; nothing was changed. */
    FAILED(Reason.WRITE_FAILED, "mend the webhook that is named, or its failurePolicy"),
    /** Nothing was sent: no connection, no lease, or something else had to be done first. */
    NOT_SENT(Reason.SERVER_UNREACHABLE, "it is tried again"),
    /** It may have been done, or may yet be; only a fresh read tells. */
    UNKNOWN(Reason.SERVER_UNREACHABLE, "it is tried again once a read has shown what became of it"),
    /** After {@link #UNKNOWN}: it can no longer arrive, and what a read begun since then showed is in the cache. */
    READ_AGAIN(Reason.SERVER_UNREACHABLE, "");

    private final Reason reason;
    private final String remedy;

    Fate(Reason reason, String remedy) {
        this.reason = reason;
        this.remedy = remedy;
    }

    /** True if the answer was no and will stay so until somebody mends something. */
    public boolean isNo() {
        return switch (this) {
            case REFUSED, FORBIDDEN, FAILED -> true;
            case DONE, CONFLICT, BUSY, NOT_SENT, UNKNOWN, READ_AGAIN -> false;
        };
    }

    /** True if the answer was to the content of the write, so that another one may be taken. */
    boolean isToContent() {
        return this == REFUSED || this == FORBIDDEN;
    }

    /** Why whoever needed the write waits. */
    public Reason reason() {
        return reason;
    }

    /** What may help, for people. */
    public String remedy() {
        return remedy;
    }

    static Fate of(ApiResponse answer) {
        return answer.isSuccess() ? DONE : of(answer.code(), answer.message());
    }

    private static Fate of(int code, String message) {
        if (message.contains("failed calling webhook")) {
            return FAILED;
        }
        if (message.startsWith("admission webhook")) {
            return REFUSED;
        }
        if (code == 409 && message.startsWith("Operation cannot be fulfilled on resourcequotas")) {
            return BUSY;
        }
        return switch (code) {
            case 401, 403 -> FORBIDDEN;
            case 404, 409, 410 -> CONFLICT;
            case 429, 503 -> BUSY;
            default -> code >= 500 ? UNKNOWN : REFUSED;
        };
    }
}
