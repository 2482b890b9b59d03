package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.PodRecord;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The Pods that need ids.
 *
 * @param live the Pods of the set that are neither terminating nor ended
 * @param held ids of Pods without a controller
 * @param updated name of the revision of the spec
 * @param current name of the revision that was complete last
 */
record IdDemand(
        String owner,
        int replicas,
        List<PodRecord> live,
        Set<Integer> held,
        String updated,
        String current,
        Rollout rollout) {
    IdDemand {
        live = List.copyOf(live);
        Set<Integer> alone = new HashSet<>(held);
        live.forEach(pod -> alone.remove(InstanceIds.of(pod)));
        held = Set.copyOf(alone);
    }

    /** True if no Pod is created for the entry, because a Pod without a controller has its id. */
    boolean holds(InstanceIdentity identity) {
        return held.contains(identity.id());
    }
}
