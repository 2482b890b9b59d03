package io.kusionstack.operating.host.kube;

import io.kusionstack.operating.host.plan.Action;

/**
 * An action that was not done.
 *
 * @param code the HTTP status, 0 where there was no answer
 */
public record Failure(Action action, Kind kind, int code, String message) {
    /** What that means for whoever planned it. */
    public enum Kind {
        /** The world moved; look again. */
        CONFLICT,
        /** The API server does not take this content, or forbids it; trying again as it is changes nothing. */
        REFUSED,
        /** The API server is busy; it was not done. */
        BUSY,
        /** The lease was not sure to last, or an earlier action failed; nothing was sent. */
        NOT_SENT,
        /** No answer: it may have been done. */
        UNKNOWN
    }
}
