package io.kusionstack.operating.host.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The annotation {@code collaset.kusionstack.io/last-pod-status}: how the containers were when their image was patched.
 * {@code latestImage} and {@code lastImageID} are upstream's; {@code lastContainerID} and {@code lastRestartCount} are
 * ours, because only they prove that the container was replaced; they mark the containers whose image changed.
 * {@code neverStarted} says that the image before never ran: the last container had ended when its image was patched, and
 * none has been started since, so that whatever runs later is of the image that is patched now.
 */
public final class LastPodStatus {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String STATES = "containerStates";
    private static final String LAST_IMAGE = "lastImageID";
    private static final String LAST_ID = "lastContainerID";
    private static final String LAST_COUNT = "lastRestartCount";

    private LastPodStatus() {}

    /** The annotation to write together with {@code images}; {@code {}} when no image changes. */
    public static String before(PodRecord pod, Map<String, String> images) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        if (images.isEmpty()) {
            return root.toString();
        }
        ObjectNode states = root.putObject(STATES);
        for (ContainerRecord container : pod.containers()) {
            if (container.init()) {
                continue;
            }
            ObjectNode state = states.putObject(container.name());
            state.put(
                    "latestImage",
                    Optional.ofNullable(images.get(container.name())).orElse(container.image()));
            if (images.containsKey(container.name())) {
                if (!container.imageId().isEmpty()) {
                    state.put(LAST_IMAGE, container.imageId());
                }
                state.put(LAST_ID, container.containerId());
                state.put(LAST_COUNT, container.restartCount());
                if (hasNotStarted(pod, container)) {
                    state.put("neverStarted", true);
                }
            }
        }
        return root.toString();
    }

    /** True if the container that the change before it found has ended, and no other was started. */
    public static boolean hasNotStarted(PodRecord pod, ContainerRecord container) {
        String before = pod.annotations().getOrDefault(Names.LAST_POD_STATUS, "");
        return container.hasEnded() && before.contains(baseline(container));
    }

    /** How the containers were, by name; missing where there is no such annotation, or none that can be read. */
    public static JsonNode states(PodRecord pod) {
        String text = pod.annotations().get(Names.LAST_POD_STATUS);
        if (text == null) {
            return MissingNode.getInstance();
        }
        try {
            return MAPPER.readTree(text).path(STATES);
        } catch (JsonProcessingException noJson) {
            return MissingNode.getInstance();
        }
    }

    /** @param before of one container, as {@link #states} has it: true if its image was patched */
    public static boolean wasPatched(JsonNode before) {
        return before.has(LAST_ID) || before.has(LAST_IMAGE);
    }

    /**
     * Whether a container was replaced since its image was patched. Kuperator records the digest only: where that is the same, the
     * container has to be younger than the operation.
     *
     * @param since when the operation that patched it began to touch the Pod
     */
    public static boolean isReplaced(ContainerRecord container, JsonNode before, Optional<Instant> since) {
        if (before.has(LAST_ID)) {
            return !container.containerId().equals(before.path(LAST_ID).asText())
                    || container.restartCount() > before.path(LAST_COUNT).asInt();
        }
        Instant started = container.startedAt();
        return !container.imageId().equals(before.path(LAST_IMAGE).asText())
                || started != null && since.filter(started::isAfter).isPresent();
    }

    /**
     * The containers that the kubelet is yet to stop, because their image was patched: until then they run as before, whatever Ready
     * says.
     */
    public static List<ContainerRecord> awaitingRestart(PodRecord pod, Optional<Instant> since) {
        JsonNode states = states(pod);
        if (states.isEmpty()) {
            return List.of();
        }
        return pod.containers().stream()
                .filter(container -> !container.init() && container.state() == ContainerRecord.State.RUNNING)
                .filter(container -> wasPatched(states.path(container.name()))
                        && !isReplaced(container, states.path(container.name()), since))
                .toList();
    }

    /** By the image's text; a runtime may show it with its registry. */
    public static boolean runsWhatItIsToRun(ContainerRecord container) {
        String running = container.runningImage();
        return running.equals(container.image()) || running.endsWith("/" + container.image());
    }

    /** As {@link #before} writes it; the id is of this container and no other. */
    private static String baseline(ContainerRecord container) {
        String written = JsonNodeFactory.instance
                .objectNode()
                .put(LAST_ID, container.containerId())
                .put(LAST_COUNT, container.restartCount())
                .toString();
        return written.substring(1, written.length() - 1);
    }
}
