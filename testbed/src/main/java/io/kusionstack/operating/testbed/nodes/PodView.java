package io.kusionstack.operating.testbed.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node reads of a Pod.
 *
 * @param gates each readiness gate with the status of its condition, empty where there is none
 * @param unready when its readiness probes are to fail, as its annotation says
 * @param grace how long the Pod may take to end; null while it is not deleted
 */
record PodView(
        String uid,
        String namespace,
        String name,
        String node,
        long generation,
        List<ContainerSpec> initContainers,
        List<ContainerSpec> containers,
        String restartPolicy,
        boolean hostNetwork,
        Map<String, String> gates,
        String unready,
        @Nullable Duration grace) {

    /** The annotation by which a user has a Pod's readiness probes fail for a while. */
    static final String UNREADY = "testbed.operating.kusionstack.io/unready";

    static PodView parse(JsonNode pod) {
        JsonNode metadata = pod.path("metadata");
        JsonNode spec = pod.path("spec");
        boolean deleted = metadata.has("deletionTimestamp");
        return new PodView(
                metadata.path("uid").asText(),
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                spec.path("nodeName").asText(),
                metadata.path("generation").asLong(),
                ContainerSpec.parse(spec.path("initContainers")),
                ContainerSpec.parse(spec.path("containers")),
                spec.path("restartPolicy").asText("Always"),
                spec.path("hostNetwork").asBoolean(),
                gates(spec.path("readinessGates"), pod.path("status").path("conditions")),
                metadata.path("annotations").path(UNREADY).asText(),
                deleted
                        ? Duration.ofSeconds(
                                metadata.path("deletionGracePeriodSeconds").asLong())
                        : null);
    }

    private static Map<String, String> gates(JsonNode gates, JsonNode conditions) {
        Map<String, String> found = new LinkedHashMap<>();
        for (JsonNode gate : gates) {
            found.put(gate.path("conditionType").asText(), "");
        }
        for (JsonNode condition : conditions) {
            found.computeIfPresent(
                    condition.path("type").asText(),
                    (type, none) -> condition.path("status").asText());
        }
        return Collections.unmodifiableMap(found);
    }

    /** When its readiness probes are to fail; never where the annotation says something else. */
    List<Span> unreadySpans() {
        return Span.problem(unready).isEmpty() ? Span.parseAll(unready) : List.of();
    }

    /** Namespace and name, as scripts and messages name a Pod. */
    String key() {
        return namespace + "/" + name;
    }

    boolean restarts(int exitCode) {
        return switch (restartPolicy) {
            case "Never" -> false;
            case "OnFailure" -> exitCode != 0;
            default -> true;
        };
    }
}
