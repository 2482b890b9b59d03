package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.host.model.ContainerBaseline;
import io.kusionstack.operating.host.model.Names;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The proofs that the annotation {@code collaset.kusionstack.io/last-pod-status} of a Pod gives about its containers. Pure. */
public final class LastPodStatus {
    private LastPodStatus() {}

    /** The annotation to write together with {@code images}; {@code {}} when no image changes. */
    public static String before(PodRecord pod, Map<String, String> images) {
        TreeMap<String, String> latest = new TreeMap<>();
        Map<String, ContainerBaseline> patched = new HashMap<>();
        List<ContainerRecord> awaited = awaitingRestart(pod, Optional.empty());
        for (ContainerRecord container : pod.containers()) {
            if (!container.init() && !images.isEmpty()) {
                latest.put(container.name(), images.getOrDefault(container.name(), container.image()));
            }
            if (images.containsKey(container.name())) {
                boolean runs = pod.isObserved() && !awaited.contains(container);
                patched.put(container.name(), baseline(pod, container, runs));
            }
        }
        return ContainerBaseline.text(latest, patched);
    }

    /** @param runs false where the container may not be of the image that the Pod names yet */
    private static ContainerBaseline baseline(PodRecord pod, ContainerRecord container, boolean runs) {
        return new ContainerBaseline(
                Optional.of(container.image()).filter(image -> runs),
                Optional.of(container.imageId()).filter(digest -> !digest.isEmpty()),
                Optional.of(container.containerId()),
                container.restartCount(),
                hasNotStarted(pod, container));
    }

    /** By the name of the container. */
    public static Map<String, ContainerBaseline> baselines(PodRecord pod) {
        return ContainerBaseline.parse(pod.annotations().getOrDefault(Names.LAST_POD_STATUS, "{}"));
    }

    /** True if the container that the change before it found has ended, and no other was started. */
    public static boolean hasNotStarted(PodRecord pod, ContainerRecord container) {
        if (!container.hasEnded()) {
            return false;
        }
        ContainerBaseline before = baselines(pod).getOrDefault(container.name(), ContainerBaseline.none());
        return before.containerId().equals(Optional.of(container.containerId()))
                && before.restartCount() == container.restartCount();
    }

    /**
     * The containers that the kubelet is yet to stop, because their image was patched: until then they run as before, whatever Ready
     * says. Kuperator records the digest only, and never removes the annotation: if the digest is the same, a container has to be younger
     * than the label with which the operation touched the Pod, and without that label nothing is known.
     *
     * @param touched when the operation that patches images touched the Pod; empty if it does not now
     */
    public static List<ContainerRecord> awaitingRestart(PodRecord pod, Optional<Instant> touched) {
        Map<String, ContainerBaseline> baselines = baselines(pod);
        return pod.containers().stream()
                .filter(container -> !container.init() && container.state() == ContainerRecord.State.RUNNING)
                .filter(container -> {
                    ContainerBaseline before = baselines.getOrDefault(container.name(), ContainerBaseline.none());
                    return before.wasPatched() && !isReplaced(container, before, touched);
                })
                .toList();
    }

    private static boolean isReplaced(ContainerRecord container, ContainerBaseline before, Optional<Instant> touched) {
        if (before.containerId().isPresent()) {
            return !before.containerId().get().equals(container.containerId())
                    || container.restartCount() > before.restartCount();
        }
        Instant started = container.startedAt();
        return !before.imageId().equals(Optional.of(container.imageId()))
                || touched.isEmpty()
                || started != null && started.isAfter(touched.get());
    }

    /** True if the wanted image is the one that ran when the image was patched: then the kubelet does not restart the container. */
    public static boolean isTakenBack(PodRecord pod, ContainerRecord container) {
        ContainerBaseline before = baselines(pod).getOrDefault(container.name(), ContainerBaseline.none());
        // Kuperator records only the image that the runtime shows
        return before.containerId().isPresent()
                ? before.image().equals(Optional.of(container.image()))
                : container.runsItsImage();
    }
}
