package io.kusionstack.operating.host.collaset;

import java.time.Instant;

/**
 * A creation of a Pod that the API server refused, or did not answer.
 *
 * @param revision of the Pod that could not be
 * @param problem why it was not created
 * @param generation of the set when that happened: another one tries at once
 * @param attempts how often in a row
 */
record CreationObstacle(
        String revision, CreationProblem problem, long generation, int code, String message, int attempts, Instant at) {
    private static final int LASTING = 4;

    CreationObstacle(String revision, long generation, int code, String message, int attempts, Instant at) {
        this(revision, CreationProblem.of(code, message), generation, code, message, attempts, at);
    }

    /** True if it lasts, and is not only a full quota. */
    boolean lasts() {
        return attempts >= LASTING && problem != CreationProblem.QUOTA;
    }

    /** When to try again: after a second, doubling up to a minute. */
    Instant retryAt() {
        return at.plus(RetryPauses.after(attempts));
    }

    /** The problem and the remedy, for users. */
    String explanation() {
        String what = code == 0 ? "got no answer: " : "was refused (" + code + "): ";
        return "creating a Pod " + what + message + "; " + remedy();
    }

    private String remedy() {
        return switch (problem) {
            case QUOTA -> "free or raise the quota";
            case NAMESPACE_TERMINATING -> CreationProblem.CLOSED_NAMESPACE;
            case DENIED ->
                code == 403
                        ? "correct spec.template, or have it allowed"
                        : "correct spec.template, or the policy that refuses it";
            case CONTENT, UNKNOWN_FIELD ->
                code == 403 ? "correct spec.template, or have it allowed" : "correct spec.template";
            case NO_DRY_RUN, OTHER -> "it is tried again";
        };
    }
}
