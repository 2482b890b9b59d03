package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.ContainerBaseline;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.LastPodStatus;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The progress of the kubelet with the last image change of a Pod, by the annotation {@code last-pod-status} of the same write.
 * Decision record 0004 says which facts prove that the new container runs.
 */
final class ImageChange {
    /** How long a container with an unchanged digest has to run beyond the grace period of its Pod. */
    static final Duration SETTLE_MARGIN = Duration.ofSeconds(10);

    private ImageChange() {}

    /** True if images of this Pod were changed and the operation has not been finished. */
    static boolean isUnderWay(PodRecord pod) {
        return !LastPodStatus.baselines(pod).isEmpty();
    }

    /** True if this operation has changed the Pod; an annotation that an earlier operation or Kuperator left does not count. */
    static boolean isTouched(PodRecord pod) {
        return pod.annotations().containsKey(Names.LAST_POD_STATUS)
                && PodOps.operation(pod, Names.COLLASET_OPERATION)
                        .filter(operation -> operation.phase() != PodOps.Phase.PRE_CHECK
                                && operation.phase() != PodOps.Phase.PREPARING)
                        .isPresent();
    }

    /** {@code begin}, and the removal of the annotation of an earlier operation, unless the kubelet has still to follow that. */
    static PodEdit forgotten(PodRecord pod, PodEdit begin) {
        return pod.annotations().containsKey(Names.LAST_POD_STATUS)
                        && PodOps.awaitingRestart(pod).isEmpty()
                ? begin.annotations(MapEdit.remove(List.of(Names.LAST_POD_STATUS)))
                : begin;
    }

    /** The operation that changed the Pod is over. */
    static PodEdit finished(PodRecord pod) {
        return PodOps.finish(pod, Names.COLLASET_OPERATION)
                .labels(MapEdit.remove(List.of(Names.UPDATE_INCLUDED)))
                .annotations(MapEdit.remove(List.of(Names.LAST_POD_STATUS)));
    }

    /** True once each container that was changed last showed it: only then may the image change again. */
    static boolean hasShown(PodRecord pod) {
        return PodOps.awaitingRestart(pod).isEmpty();
    }

    /**
     * @param settle how long a container whose digest did not change has to run before it counts as the new one
     */
    static ImageProgress progress(PodRecord pod, Duration settle, Instant now) {
        Map<String, ContainerBaseline> baselines = LastPodStatus.baselines(pod);
        List<ContainerRecord> waiting = PodOps.awaitingRestart(pod);
        if (pod.annotations().getOrDefault(Names.LAST_POD_STATUS, "").equals("{}")) {
            return new ImageProgress.Complete();
        }
        for (ContainerRecord container : pod.containers()) {
            if (!container.init()) {
                ContainerBaseline before = baselines.getOrDefault(container.name(), ContainerBaseline.none());
                Optional<ImageProgress> pending =
                        halted(pod, container, waiting).or(() -> unsettled(container, before, settle, now));
                if (pending.isPresent()) {
                    return pending.get();
                }
            }
        }
        if (!pod.isObserved()) {
            return waiting(Reason.WAITING_FOR_KUBELET, "", "the kubelet has not observed the change yet");
        }
        return pod.condition(PodCondition.CONTAINERS_READY)
                        .filter(PodCondition::isTrue)
                        .isPresent()
                ? new ImageProgress.Complete()
                : waiting(Reason.POD_NOT_READY, "", "not all containers are ready");
    }

    private static Optional<ImageProgress> halted(
            PodRecord pod, ContainerRecord container, List<ContainerRecord> waiting) {
        String name = container.name();
        if (container.state() != ContainerRecord.State.RUNNING) {
            return Optional.of(stopped(pod, container));
        }
        if (waiting.contains(container)) {
            return Optional.of(waiting(
                    Reason.WAITING_FOR_KUBELET, name, "container " + name + " still runs as before the image change"));
        }
        return container.ready()
                ? Optional.empty()
                : Optional.of(waiting(Reason.POD_NOT_READY, name, "container " + name + " is not ready"));
    }

    private static Optional<ImageProgress> unsettled(
            ContainerRecord container, ContainerBaseline before, Duration settle, Instant now) {
        if (!before.wasPatched() || isSurelyNew(container, before)) {
            return Optional.empty();
        }
        String name = container.name();
        Instant started = Optional.ofNullable(container.startedAt()).orElse(now);
        Duration left = Duration.between(now, started.plus(settle));
        return left.isNegative() || left.isZero()
                ? Optional.empty()
                : Optional.of(new ImageProgress.InProgress(
                        new Wait(
                                Reason.WAITING_FOR_KUBELET,
                                name,
                                "container " + name + " was restarted with the same digest; it has to run for "
                                        + settle.toSeconds() + " s before it counts as the new one"),
                        Optional.of(left)));
    }

    /** A node alternates its reasons, so a container that has not started since the change is never called crashing. */
    private static ImageProgress stopped(PodRecord pod, ContainerRecord container) {
        String name = container.name();
        boolean notStarted = container.containerId().isEmpty() || LastPodStatus.hasNotStarted(pod, container);
        return switch (container.reason()) {
            case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull" ->
                waiting(
                        Reason.IMAGE_NOT_PULLED,
                        name,
                        "container " + name + " cannot get its image " + container.image() + words(container)
                                + "; correct it in the set");
            case "CrashLoopBackOff", "Error", "OOMKilled" ->
                notStarted
                        ? waiting(
                                Reason.WAITING_FOR_KUBELET,
                                name,
                                "container " + name + " has not started since its image was changed to "
                                        + container.image() + ", the kubelet waits before it tries"
                                        + words(container))
                        : waiting(
                                Reason.CONTAINER_CRASHING,
                                name,
                                "container " + name + " ended with exit code "
                                        + container.stopped().lastExitCode() + " and is started again after a while"
                                        + words(container));
            default ->
                waiting(Reason.WAITING_FOR_KUBELET, name, "container " + name + " does not run yet" + words(container));
        };
    }

    private static String words(ContainerRecord container) {
        String message = container.stopped().message();
        return message.isEmpty() ? "" : " (" + container.reason() + ": " + message + ")";
    }

    private static boolean isSurelyNew(ContainerRecord container, ContainerBaseline before) {
        if (before.neverStarted()) {
            return true;
        }
        return before.imageId().isPresent()
                ? !before.imageId().get().equals(container.imageId())
                : container.runsItsImage();
    }

    private static ImageProgress waiting(Reason reason, String on, String message) {
        return new ImageProgress.InProgress(new Wait(reason, on, message), Optional.empty());
    }
}
