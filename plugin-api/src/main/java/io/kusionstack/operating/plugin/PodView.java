package io.kusionstack.operating.plugin;

import java.util.Map;
import java.util.Optional;

/**
 * A Pod as plugins see it.
 *
 * @param annotations those the host keeps: all under {@code kusionstack.io}, and those a rule names
 * @param phase the Pod's phase, for example {@code Running}
 * @param node empty until the Pod is bound
 * @param ip empty until the Pod has one
 * @param ready Ready is True and so is every readiness gate
 * @param available ready, marked as in service, and not terminating
 * @param wantedImages image in the spec, by container name
 * @param runningImages image in the status, by container name; absent before the container first started
 * @param owner the controller that owns the Pod
 */
public record PodView(
        PodRef ref,
        Map<String, String> labels,
        Map<String, String> annotations,
        String phase,
        String node,
        String ip,
        boolean ready,
        boolean available,
        boolean terminating,
        Map<String, String> wantedImages,
        Map<String, String> runningImages,
        Optional<PodRef> owner) {
    public PodView {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        wantedImages = Map.copyOf(wantedImages);
        runningImages = Map.copyOf(runningImages);
    }
}
