package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.traffic.Employer;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The state of a Service by its last observation.
 *
 * @param pods by uid
 * @param obstacle why its plugin cannot take a Pod off now
 * @param described the Service as it was described when its plugin was last asked for all changes that follow from it
 * @param nextLook when it is reconciled next if nothing happens
 */
record ServiceTrafficStatus(
        Map<String, PodTrafficStatus> pods, Optional<Wait> obstacle, Employer described, Optional<Instant> nextLook) {
    ServiceTrafficStatus {
        pods = Map.copyOf(pods);
    }

    /** True if what keeps Pods from leaving service differs from {@code before}. */
    boolean changesObstacles(ServiceTrafficStatus before) {
        return !before.obstacle.equals(obstacle)
                || !before.described.equals(described)
                || !before.staying().equals(staying());
    }

    private Set<String> staying() {
        Set<String> staying = new HashSet<>();
        pods.forEach((uid, known) -> known.ahead().ifPresent(why -> staying.add(uid)));
        return staying;
    }
}
