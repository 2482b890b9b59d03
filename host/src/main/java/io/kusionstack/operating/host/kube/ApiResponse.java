package io.kusionstack.operating.host.kube;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.kusionstack.operating.host.plan.WriteResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One response of the API server.
 *
 * @param code the HTTP status
 * @param retryAfter how long it asks us to wait, zero where it does not
 */
public record ApiResponse(int code, byte[] body, Duration retryAfter) {
    /** The server reads no deeper. */
    private static final int DEEPEST_JSON = 10_000;

    /** The server takes no larger object. */
    private static final int LONGEST_NAME = 8 * 1024 * 1024;

    /** Of any number that is so long a long holds it. */
    private static final int MOST_DIGITS = 18;

    private static final ObjectMapper JSON = new ObjectMapper(jsonFactory());
    private static final long LONGEST_PAUSE = 60;

    /**
     * Reads JSON of the API server. The bounds are wider than those of the server, so that no object in a list or a watch
     * hides the others; what of an object is too much for its reader is for that reader to say.
     */
    public static JsonFactory jsonFactory() {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEEPEST_JSON)
                        .maxNameLength(LONGEST_NAME)
                        .build())
                .build();
    }

    /** A resourceVersion as a number; 0 where there is none that can be read. */
    public static long version(String resourceVersion) {
        return number(resourceVersion);
    }

    /** 0 for what is not a whole number of ASCII digits that a long surely holds. */
    private static long number(@Nullable String digits) {
        boolean isNumber = digits != null
                && !digits.isEmpty()
                && digits.length() <= MOST_DIGITS
                && digits.chars().allMatch(digit -> digit >= '0' && digit <= '9');
        return isNumber ? Long.parseLong(digits) : 0;
    }

    /** Reads the body. */
    public static ApiResponse of(Response response) throws IOException {
        return new ApiResponse(response.code(), response.body().bytes(), pause(response.header("Retry-After")));
    }

    /** The code and its phrase, where the body is compressed though nobody asked for that. */
    public static ApiResponse withoutBody(Response response) {
        byte[] status = JSON.createObjectNode()
                .put("message", response.message())
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        return new ApiResponse(response.code(), status, pause(response.header("Retry-After")));
    }

    private static Duration pause(@Nullable String seconds) {
        return Duration.ofSeconds(Math.min(LONGEST_PAUSE, number(seconds)));
    }

    public boolean isSuccess() {
        return code >= 200 && code < 300;
    }

    public boolean isNotFound() {
        return code == 404;
    }

    public boolean isGone() {
        return code == 410;
    }

    /**
     * This answer, read as one to a JSON Patch: a failed operation is a conflict. The server answers 422 without details, where a refusal of the
     * content has such ({@code NewGenericServerResponse} and {@code NewInvalid} of apimachinery).
     */
    public ApiResponse ofJsonPatch() {
        boolean isFailedOperation = code == 422 && json().path("details").isEmpty() && !isWebhookDenial(message());
        return isFailedOperation ? new ApiResponse(409, body, retryAfter) : this;
    }

    /** The server's words for people. */
    public String message() {
        String words = json().path("message").asText();
        return words.isEmpty() ? "HTTP " + code : words;
    }

    /** The result, where this is the answer to a write. */
    public WriteResult writeResult() {
        return isSuccess()
                ? new WriteResult.Written(body)
                : new WriteResult.NotDone(cause(code, message()), code, message());
    }

    private static WriteResult.Cause cause(int code, String message) {
        if (message.contains("failed calling webhook")) {
            return WriteResult.Cause.FAILED;
        }
        if (isWebhookDenial(message)) {
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

    private static boolean isWebhookDenial(String message) {
        return message.startsWith("admission webhook");
    }

    /** The body as a tree; missing where it is not JSON. */
    public JsonNode json() {
        return tree(body);
    }

    /** A body as a tree; missing where it is not JSON. */
    public static JsonNode tree(byte[] body) {
        try {
            JsonNode tree = JSON.readTree(body);
            return tree == null ? MissingNode.getInstance() : tree;
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }
}
