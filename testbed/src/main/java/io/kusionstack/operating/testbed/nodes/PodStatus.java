package io.kusionstack.operating.testbed.nodes;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The part of a Pod's status that its node writes. */
record PodStatus(
        String phase,
        long observedGeneration,
        Instant startTime,
        String hostIp,
        String podIp,
        List<Condition> conditions,
        List<ContainerStatus> initContainers,
        List<ContainerStatus> containers) {
    PodStatus {
        conditions = List.copyOf(conditions);
        initContainers = List.copyOf(initContainers);
        containers = List.copyOf(containers);
    }

    Optional<Condition> condition(String type) {
        return conditions.stream().filter(c -> c.type().equals(type)).findFirst();
    }

    boolean isTrue(String type) {
        return condition(type).map(Condition::status).orElse(false);
    }
}
