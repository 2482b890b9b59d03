package io.kusionstack.operating.host.plan;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;

/**
 * The annotation {@code collaset.kusionstack.io/last-pod-status}: how the containers were when their image was patched.
 * {@code latestImage} and {@code lastImageID} are upstream's; {@code lastContainerID} and {@code lastRestartCount} are
 * ours, because only they prove that the container was replaced; they mark the containers whose image changed.
 */
public final class LastPodStatus {
    private static final String STATES = "containerStates";

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
                    state.put("lastImageID", container.imageId());
                }
                state.put("lastContainerID", container.containerId());
                state.put("lastRestartCount", container.restartCount());
            }
        }
        return root.toString();
    }
}
