package io.kusionstack.operating.host.world;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodRecord;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A kubelet for every Pod of a {@link FakeCluster}, one sync per step: it starts containers, first observes a new image
 * with the old container still ready and only then replaces it, follows readiness gates, and ends what is terminating.
 */
public final class FakeKubelet {
    private final FakeCluster cluster;
    private final Set<String> missingImages = new HashSet<>();
    private final Set<String> blocked = new HashSet<>();
    private boolean cutOff;
    private boolean dawdles;
    private Optional<String> rejection = Optional.empty();

    public FakeKubelet(FakeCluster cluster) {
        this.cluster = cluster;
    }

    /** No registry has this image. */
    public void loses(String image) {
        missingImages.add(image);
    }

    /** The readiness probes of these Pods fail, by uid, and of no others. */
    public void blocks(Set<String> uids) {
        blocked.clear();
        blocked.addAll(uids);
    }

    /** While true, new images are observed and running containers not restarted yet. */
    public void dawdles(boolean now) {
        dawdles = now;
    }

    /** Every node is cut off: nothing is seen or done, and the node controller reports the Pods unready. */
    public void cutOff() {
        cutOff = true;
        cluster.pods().stream()
                .filter(PodRecord::ready)
                .forEach(pod -> cluster.put(Pods.like(pod)
                        .condition(PodCondition.READY, "False", cluster.now())
                        .build()));
    }

    public boolean isCutOff() {
        return cutOff;
    }

    /** The nodes are back. */
    public void comesBack() {
        cutOff = false;
    }

    /** Every Pod that was not started yet fails for this reason. */
    public void rejects(String reason) {
        rejection = Optional.of(reason);
    }

    public void rejectsNone() {
        rejection = Optional.empty();
    }

    /** Looks once at every Pod. */
    public void sync() {
        if (!cutOff) {
            cluster.pods().forEach(this::sync);
        }
    }

    private void sync(PodRecord pod) {
        if (pod.terminating()) {
            if (pod.finalizers().isEmpty()) {
                cluster.remove(pod);
            }
            return;
        }
        PodRecord after = synced(pod);
        if (!after.equals(pod)) {
            cluster.put(after);
        }
    }

    private PodRecord synced(PodRecord pod) {
        if (pod.inactive()) {
            return pod;
        }
        if (rejection.isPresent() && pod.phase().equals("Pending")) {
            return Pods.like(pod)
                    .phase("Failed")
                    .reason(rejection.get())
                    .message("Node did not have enough")
                    .build();
        }
        Pods next = Pods.like(pod).phase("Running").node("node-1").condition("PodScheduled", "True");
        boolean ready = true;
        for (ContainerRecord container : pod.containers()) {
            ContainerRecord after =
                    probed(pod, pod.observedGeneration() < pod.generation() ? container : started(container));
            ready = ready && after.ready();
            next.container(container.name(), old -> after);
        }
        next.observed(pod.generation());
        condition(next, pod, PodCondition.CONTAINERS_READY, ready);
        boolean gates = pod.readinessGates().stream()
                .allMatch(
                        gate -> pod.condition(gate).filter(PodCondition::isTrue).isPresent());
        condition(next, pod, PodCondition.READY, ready && gates);
        return next.build();
    }

    private ContainerRecord probed(PodRecord pod, ContainerRecord container) {
        boolean runs = container.state() == ContainerRecord.State.RUNNING;
        return runs ? Containers.withReady(container, !blocked.contains(pod.uid())) : container;
    }

    private void condition(Pods next, PodRecord pod, String type, boolean wanted) {
        boolean is = pod.condition(type).filter(PodCondition::isTrue).isPresent();
        if (is != wanted || pod.condition(type).isEmpty()) {
            next.condition(type, wanted ? "True" : "False", cluster.now());
        }
    }

    private ContainerRecord started(ContainerRecord container) {
        if (missingImages.contains(container.image())) {
            return new ContainerRecord(
                    container.name(),
                    false,
                    container.image(),
                    container.runningImage(),
                    container.imageId(),
                    container.containerId(),
                    container.restartCount(),
                    false,
                    false,
                    ContainerRecord.State.WAITING,
                    "ImagePullBackOff",
                    null);
        }
        boolean runs = container.state() == ContainerRecord.State.RUNNING
                && container.runningImage().equals(container.image());
        if (runs || dawdles && container.state() == ContainerRecord.State.RUNNING) {
            return container;
        }
        int restarts = container.containerId().isEmpty() ? 0 : container.restartCount() + 1;
        return new ContainerRecord(
                container.name(),
                false,
                container.image(),
                container.image(),
                "sha256:" + container.image(),
                "containerd://" + container.name() + "-" + restarts,
                restarts,
                true,
                true,
                ContainerRecord.State.RUNNING,
                "",
                Instant.EPOCH);
    }

    /** True if the Pod is in service: marked so, and every gate open. */
    public static boolean serves(PodRecord pod) {
        return pod.hasLabel(Names.SERVICE_AVAILABLE) && pod.ready() && !pod.terminating();
    }
}
