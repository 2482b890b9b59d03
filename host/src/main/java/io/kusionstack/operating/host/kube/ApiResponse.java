package io.kusionstack.operating.host.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.kusionstack.operating.host.plan.WriteResult;
import java.io.IOException;
import java.time.Duration;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One response of the API server.
 *
 * @param code the HTTP status
 * @param retryAfter how long it asks us to wait, zero where it does not
 */
record ApiResponse(int code, byte[] body, Duration retryAfter) {
    private static final ObjectMapper JSON = new ObjectMapper(JsonLimits.factory());
    private static final long LONGEST_PAUSE = 60;

    static ApiResponse of(Response response) throws IOException {
        return new ApiResponse(response.code(), response.body().bytes(), pause(response.header("Retry-After")));
    }

    private static Duration pause(@Nullable String seconds) {
        if (seconds == null || seconds.isEmpty() || !seconds.chars().allMatch(Character::isDigit)) {
            return Duration.ZERO;
        }
        return Duration.ofSeconds(Math.min(LONGEST_PAUSE, Long.parseLong(seconds)));
    }

    boolean isSuccess() {
        return code >= 200 && code < 300;
    }

    boolean isNotFound() {
        return code == 404;
    }

    boolean isGone() {
        return code == 410;
    }

    /** The server's words for people. */
    String message() {
        String words = json().path("message").asText();
        return words.isEmpty() ? "HTTP " + code : words;
    }

    /** The reason in a Status, for example {@code AlreadyExists}; empty where there is none. */
    String reason() {
        return json().path("reason").asText();
    }

    /** The result, where this is the answer to a write. */
    WriteResult writeResult() {
        return isSuccess()
                ? new WriteResult.Written(body)
                : new WriteResult.NotDone(cause(code, message()), code, message());
    }

    private static WriteResult.Cause cause(int code, String message) {
        if (message.contains("failed calling webhook")) {
            return WriteResult.Cause.WEBHOOK_FAILED;
        }
        if (message.startsWith("admission webhook")) {
            return WriteResult.Cause.REFUSED;
        }
        if (code == 409 && message.startsWith("Operation cannot be fulfilled on resourcequotas")) {
            return WriteResult.Cause.BUSY;
        }
        return switch (code) {
            case 401, 403 -> WriteResult.Cause.FORBIDDEN;
            case 404, 409, 410 -> WriteResult.Cause.CONFLICT;
            case 429, 503 -> WriteResult.Cause.BUSY;
            default -> code >= 500 ? WriteResult.Cause.UNKNOWN : WriteResult.Cause.REFUSED;
        };
    }

    /** The body as a tree; missing where it is not JSON. */
    JsonNode json() {
        return tree(body);
    }

    /** A body as a tree; missing where it is not JSON. */
    static JsonNode tree(byte[] body) {
        try {
            JsonNode tree = JSON.readTree(body);
            return tree == null ? MissingNode.getInstance() : tree;
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }
}
