package io.kusionstack.operating.testbed.api;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The API server answered a request with something other than success. A request that got no answer at all ends in
 * {@link java.io.UncheckedIOException} instead, and its outcome is unknown.
 */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String reason;

    ApiException(String request, int status, JsonNode body) {
        super(request + ": " + status + " " + body.path("message").asText(body.asText()));
        this.status = status;
        this.reason = body.path("reason").asText();
    }

    /** The HTTP status, for example 409. */
    public int status() {
        return status;
    }

    /** The server's one-word reason, for example {@code AlreadyExists}; empty where it gave none. */
    public String reason() {
        return reason;
    }

    /** Whether the object, or the resource itself, is not there (404). */
    public boolean isNotFound() {
        return status == 404;
    }

    /** Whether the object exists already or is not at the state the request named (409). */
    public boolean isConflict() {
        return status == 409;
    }

    /** Whether the resource version asked for is no longer held (410). */
    public boolean isGone() {
        return status == 410;
    }
}
