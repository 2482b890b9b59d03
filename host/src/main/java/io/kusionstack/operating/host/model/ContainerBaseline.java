package io.kusionstack.operating.host.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a container was when its image was patched, as the annotation {@code collaset.kusionstack.io/last-pod-status} has it.
 *
 * <pre>{"containerStates":{"main":{"latestImage":"app:v2","lastImageID":"sha256:aaa","lastContainerID":"containerd://A"}}}</pre>
 *
 * @param imageId its digest; empty where it had none, or where the image of this container was not patched
 * @param containerId absent in what Kuperator writes
 * @param neverStarted the image before never ran
 */
public record ContainerBaseline(
        Optional<String> imageId, Optional<String> containerId, int restartCount, boolean neverStarted) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final ContainerBaseline NONE = new ContainerBaseline(Optional.empty(), Optional.empty(), 0, false);

    /** By the name of the container; empty where the text has another shape. */
    public static Map<String, ContainerBaseline> parse(String annotation) {
        try {
            Map<String, ContainerBaseline> found = new HashMap<>();
            JSON.readTree(annotation)
                    .path("containerStates")
                    .properties()
                    .forEach(entry -> found.put(entry.getKey(), of(entry.getValue())));
            return found;
        } catch (JsonProcessingException malformed) {
            return Map.of();
        }
    }

    private static ContainerBaseline of(JsonNode state) {
        return new ContainerBaseline(
                text(state, "lastImageID"),
                text(state, "lastContainerID"),
                state.path("lastRestartCount").asInt(),
                state.path("neverStarted").asBoolean());
    }

    private static Optional<String> text(JsonNode state, String field) {
        return state.has(field) ? Optional.of(state.path(field).asText()) : Optional.empty();
    }

    /** Of a container of which nothing is recorded. */
    public static ContainerBaseline none() {
        return NONE;
    }

    /** True if the image of this container was patched. */
    public boolean wasPatched() {
        return imageId.isPresent() || containerId.isPresent();
    }
}
