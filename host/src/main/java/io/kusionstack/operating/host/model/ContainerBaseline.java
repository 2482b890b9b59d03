package io.kusionstack.operating.host.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The state of a container when its image was patched, in the annotation {@code collaset.kusionstack.io/last-pod-status}. {@code
 * lastImageID} is of upstream; the rest is ours: only another container, or another start of it, proves that it was replaced.
 *
 * <pre>{"containerStates":{"main":{"latestImage":"app:v2","lastImage":"app:v1","lastImageID":"sha256:aaa",
 *                                 "lastContainerID":"containerd://A","lastRestartCount":0}}}</pre>
 *
 * @param image in the spec of the Pod; absent if Kuperator wrote the annotation
 * @param imageId its digest; empty if it had none, or if the image of this container was not patched
 * @param containerId absent if Kuperator wrote the annotation
 * @param neverStarted the image before never ran: the last container had ended, and none has been started since, so that any
 *     later container has the image that is patched now
 */
public record ContainerBaseline(
        Optional<String> image,
        Optional<String> imageId,
        Optional<String> containerId,
        int restartCount,
        boolean neverStarted) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final ContainerBaseline NONE =
            new ContainerBaseline(Optional.empty(), Optional.empty(), Optional.empty(), 0, false);
    private static final String STATES = "containerStates";
    private static final String LATEST_IMAGE = "latestImage";
    private static final String IMAGE = "lastImage";
    private static final String IMAGE_ID = "lastImageID";
    private static final String CONTAINER_ID = "lastContainerID";
    private static final String RESTART_COUNT = "lastRestartCount";
    private static final String NEVER_STARTED = "neverStarted";

    /** By the name of the container; empty where the text has another shape. */
    public static Map<String, ContainerBaseline> parse(String annotation) {
        try {
            Map<String, ContainerBaseline> found = new HashMap<>();
            JSON.readTree(annotation)
                    .path(STATES)
                    .properties()
                    .forEach(entry -> found.put(entry.getKey(), of(entry.getValue())));
            return found;
        } catch (JsonProcessingException malformed) {
            return Map.of();
        }
    }

    /**
     * The annotation as text.
     *
     * @param latestImages the wanted image by the name of the container; upstream writes it for all containers
     * @param patched of the containers whose image changes
     */
    public static String text(SortedMap<String, String> latestImages, Map<String, ContainerBaseline> patched) {
        ObjectNode root = JSON.createObjectNode();
        latestImages.forEach((container, image) -> {
            ObjectNode state =
                    root.withObjectProperty(STATES).putObject(container).put(LATEST_IMAGE, image);
            patched.getOrDefault(container, NONE).writeTo(state);
        });
        return root.toString();
    }

    private void writeTo(ObjectNode state) {
        image.ifPresent(name -> state.put(IMAGE, name));
        imageId.ifPresent(digest -> state.put(IMAGE_ID, digest));
        containerId.ifPresent(id -> state.put(CONTAINER_ID, id).put(RESTART_COUNT, restartCount));
        if (neverStarted) {
            state.put(NEVER_STARTED, true);
        }
    }

    private static ContainerBaseline of(JsonNode state) {
        return new ContainerBaseline(
                text(state, IMAGE),
                text(state, IMAGE_ID),
                text(state, CONTAINER_ID),
                state.path(RESTART_COUNT).asInt(),
                state.path(NEVER_STARTED).asBoolean());
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
