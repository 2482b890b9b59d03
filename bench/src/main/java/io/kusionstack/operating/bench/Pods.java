package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.JsonNode;

/** Questions about a Pod as the API shows it. */
final class Pods {
    static final String GATE = "pod.kusionstack.io/service-ready";
    static final String SERVICE_AVAILABLE = "podopslifecycle.kusionstack.io/service-available";

    private Pods() {}

    static boolean hasCondition(JsonNode pod, String type, String status) {
        for (JsonNode condition : pod.path("status").path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path("status").asText().equals(status);
            }
        }
        return false;
    }

    static boolean ready(JsonNode pod) {
        return hasCondition(pod, "Ready", "True") && hasCondition(pod, GATE, "True");
    }

    static boolean hasLabel(JsonNode pod, String label) {
        return pod.path("metadata").path("labels").has(label);
    }

    static int restarts(JsonNode pod) {
        return pod.path("status")
                .path("containerStatuses")
                .path(0)
                .path("restartCount")
                .asInt();
    }

    static boolean containersReady(JsonNode pod) {
        return hasCondition(pod, "ContainersReady", "True");
    }

    static long version(JsonNode pod) {
        return pod.path("metadata").path("resourceVersion").asLong();
    }
}
