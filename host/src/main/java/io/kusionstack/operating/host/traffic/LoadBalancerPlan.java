package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.plugin.traffic.BackendChange;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/**
 * The changes at one load balancer.
 *
 * @param dead to be taken off first, because no Pod answers there
 * @param on to be put on next
 * @param off to be taken off last: a Pod that still answers can wait until others serve
 * @param moving all addresses that have to change, also those whose change is not due yet
 * @param pods by uid of the Pod
 * @param look if the load balancer has to be observed before changes are requested: how old the observation may be
 * @param lookAgain when to observe if nothing happens
 * @param empty true if no backend of ours is there, and none may appear
 */
record LoadBalancerPlan(
        LoadBalancer loadBalancer,
        List<BackendChange> dead,
        List<BackendChange> on,
        List<BackendChange> off,
        SortedSet<EndpointAddress> moving,
        Map<String, BackendState> pods,
        Optional<Duration> look,
        Optional<Duration> lookAgain,
        boolean empty) {
    LoadBalancerPlan {
        dead = List.copyOf(dead);
        on = List.copyOf(on);
        off = List.copyOf(off);
        moving = Collections.unmodifiableSortedSet(moving);
        pods = Map.copyOf(pods);
    }

    /** Uids of the Pods that get requests there. */
    Set<String> serving() {
        Set<String> on = new HashSet<>();
        pods.forEach((uid, state) -> {
            if (state.on()) {
                on.add(uid);
            }
        });
        return on;
    }
}
