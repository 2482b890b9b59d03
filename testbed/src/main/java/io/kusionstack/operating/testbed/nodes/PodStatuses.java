package io.kusionstack.operating.testbed.nodes;

import io.kusionstack.operating.testbed.nodes.ContainerState.Terminated;
import io.kusionstack.operating.testbed.nodes.SimulatedPod.Stage;
import java.time.Instant;
import java.util.List;

/** The status a node publishes for a Pod. */
final class PodStatuses {
    private PodStatuses() {}

    static PodStatus of(SimulatedPod pod, Instant now, NodeWorld world) {
        PodStatus before = pod.published();
        String phase = phase(pod);
        boolean completed = phase.equals("Succeeded") || phase.equals("Failed");
        return new PodStatus(
                phase,
                pod.seen().generation(),
                pod.startTime(),
                world.hostIp(pod.seen().node()),
                pod.hasSandbox() ? world.podIp(pod.seen()) : "",
                Conditions.of(before == null ? List.of() : before.conditions(), pod, completed, now),
                shown(pod.init()),
                pod.shownContainers());
    }

    private static List<ContainerStatus> shown(List<SimulatedContainer> containers) {
        return containers.stream().map(SimulatedContainer::shown).toList();
    }

    private static String phase(SimulatedPod pod) {
        List<ContainerStatus> statuses = pod.shownContainers();
        boolean allEnded = pod.stage() == Stage.ENDED
                || (pod.stage() == Stage.ALIVE && pod.containers().stream().allMatch(SimulatedContainer::ended));
        if (allEnded) {
            return statuses.stream().allMatch(PodStatuses::succeeded) ? "Succeeded" : "Failed";
        }
        return statuses.stream().allMatch(ContainerStatus::everRan) ? "Running" : "Pending";
    }

    private static boolean succeeded(ContainerStatus status) {
        return status.state() instanceof Terminated end && end.exitCode() == 0;
    }
}
