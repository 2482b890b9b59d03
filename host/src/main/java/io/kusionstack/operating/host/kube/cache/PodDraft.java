package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.FieldTracking;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.plugin.PodRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What was read of one Pod so far. One thread. */
final class PodDraft {
    private static final Set<String> CONDITIONS = Set.of(
            PodCondition.READY, PodCondition.CONTAINERS_READY, PodCondition.DISRUPTION_TARGET, PodCondition.SCHEDULED);

    private static final int LONGEST_MESSAGE = 256;
    private static final String INIT = "init/";

    String namespace = "";
    String name = "";
    String uid = "";
    long version;
    long generation;
    Instant created = Instant.EPOCH;

    @Nullable
    Instant deletion;

    final Map<String, String> labels = new HashMap<>();
    final Map<String, String> annotations = new HashMap<>();
    final List<String> finalizers = new ArrayList<>();
    final List<Owner> owners = new ArrayList<>();
    String node = "";
    final List<String> readinessGates = new ArrayList<>();
    final Map<String, String> claims = new HashMap<>();
    final List<Container> containers = new ArrayList<>();
    final List<Container> initContainers = new ArrayList<>();
    String phase = "";
    String reason = "";
    String message = "";
    String podIp = "";
    final List<String> podIps = new ArrayList<>();
    final List<PodCondition> conditions = new ArrayList<>();
    final Map<String, Status> statuses = new HashMap<>();
    long observedGeneration;
    FieldTracking fieldTracking = FieldTracking.NONE;

    /** A container as its spec has it. */
    record Container(String name, String image) {}

    /** A container as its status has it. */
    static final class Status {
        String name = "";
        String image = "";
        String imageId = "";
        String containerId = "";
        int restartCount;
        boolean ready;
        boolean started;
        ContainerRecord.State state = ContainerRecord.State.UNKNOWN;
        String reason = "";

        @Nullable
        Instant startedAt;

        String message = "";
        String lastContainerId = "";
        int lastExitCode;

        /** Not asked for of a container that runs. */
        ContainerRecord.Stopped stopped() {
            boolean says = !message.isEmpty() || !lastContainerId.isEmpty() || lastExitCode != 0;
            return state != ContainerRecord.State.RUNNING && says
                    ? new ContainerRecord.Stopped(message, lastContainerId, lastExitCode)
                    : ContainerRecord.Stopped.NONE;
        }
    }

    PodRecord record(Interner shared) {
        List<ContainerRecord> all = new ArrayList<>(containers.size() + initContainers.size());
        containers.forEach(container -> all.add(joined(container, false)));
        initContainers.forEach(container -> all.add(joined(container, true)));
        List<PodCondition> kept = conditions.stream()
                .filter(condition -> CONDITIONS.contains(condition.type()) || readinessGates.contains(condition.type()))
                .map(shared::value)
                .toList();
        return new PodRecord(
                new PodRef(namespace, name, uid),
                version,
                generation,
                created,
                deletion,
                shared.value(Map.copyOf(labels)),
                shared.value(Map.copyOf(annotations)),
                shared.value(List.copyOf(finalizers)),
                shared.value(List.copyOf(owners)),
                node,
                shared.value(List.copyOf(readinessGates)),
                Map.copyOf(claims),
                all,
                phase,
                reason,
                phase.equals("Failed") || phase.equals("Succeeded") ? begin(message) : "",
                podIps.isEmpty() && !podIp.isEmpty() ? List.of(podIp) : List.copyOf(podIps),
                kept,
                observedGeneration,
                fieldTracking);
    }

    /** False for an annotation that is another one in each Pod, so that it is no use to look for one to share. */
    static boolean isCommon(String annotation) {
        return !annotation.equals(Names.LAST_POD_STATUS);
    }

    void addStatus(Status status) {
        statuses.put(status.name, status);
    }

    void addInitStatus(Status status) {
        statuses.put(INIT + status.name, status);
    }

    /** A record holds no more than a line of what a kubelet has to say. */
    static String begin(String text) {
        return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE);
    }

    private ContainerRecord joined(Container container, boolean init) {
        Status status = statuses.getOrDefault((init ? INIT : "") + container.name(), new Status());
        return new ContainerRecord(
                container.name(),
                init,
                container.image(),
                status.image,
                status.imageId,
                status.containerId,
                status.restartCount,
                status.ready,
                status.started,
                status.state,
                status.reason,
                status.startedAt,
                status.stopped());
    }
}
