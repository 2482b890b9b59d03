package io.kusionstack.operating.host.plan;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
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
    private static final String STATES = "containerStates";
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
                    state.put("lastImageID", container.imageId());
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
