package io.kusionstack.operating.testbed.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * One request that the API server has answered. What a request does not have is an empty string.
 *
 * @param time when it was answered
 * @param userAgent as the client sent it
 * @param user who asked, by token
 * @param verb {@code get}, {@code list}, {@code watch}, {@code create}, {@code update}, {@code patch}, {@code delete} or {@code deletecollection};
 *     {@code dry-run} for one of these that was only tried
 * @param resource the plural, after its group if it has one: {@code pods}, {@code apps/deployments}
 * @param subresource for example {@code status}
 * @param namespace of the object
 * @param name of the object
 * @param code the HTTP status
 * @param askedVersion the resourceVersion in the request's body; kept for writes of Pods
 * @param podUid the uid in the answer; kept for writes answered with the Pod
 * @param answeredVersion the resourceVersion in the answer; kept for writes answered with the Pod
 */
public record AuditEvent(
        Instant time,
        String userAgent,
        String user,
        String verb,
        String resource,
        String subresource,
        String namespace,
        String name,
        int code,
        String askedVersion,
        String podUid,
        String answeredVersion) {
    private static final String DRY_RUN = "dry-run";

    static AuditEvent of(JsonNode event) {
        JsonNode object = event.path("objectRef");
        String group = object.path("apiGroup").asText();
        String resource = object.path("resource").asText();
        JsonNode answer = event.path("responseObject");
        JsonNode pod = answer.path("kind").asText().equals("Pod") ? answer.path("metadata") : answer.path("none");
        return new AuditEvent(
                Instant.parse(event.path("stageTimestamp").asText()),
                event.path("userAgent").asText(),
                event.path("user").path("username").asText(),
                event.path("requestURI").asText().contains("dryRun=All")
                        ? DRY_RUN
                        : event.path("verb").asText(),
                group.isEmpty() ? resource : group + "/" + resource,
                object.path("subresource").asText(),
                object.path("namespace").asText(),
                object.path("name").asText(),
                event.path("responseStatus").path("code").asInt(),
                event.path("requestObject")
                        .path("metadata")
                        .path("resourceVersion")
                        .asText(),
                pod.path("uid").asText(),
                pod.path("resourceVersion").asText());
    }

    /** The user agent up to its version: {@code kube-scheduler} of {@code kube-scheduler/v1.34.4 (linux/amd64) ...}. */
    public String client() {
        int end = userAgent.indexOf('/');
        return end < 0 ? userAgent : userAgent.substring(0, end);
    }

    /** Whether the request was to change something. */
    public boolean isWrite() {
        return switch (verb) {
            case "create", "update", "patch", "delete", "deletecollection" -> true;
            default -> false;
        };
    }

    /** Whether the server refused a write because the object had changed, or existed already. */
    public boolean isConflict() {
        return code == 409;
    }
}
