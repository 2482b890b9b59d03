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
 * What is to be done at one load balancer.
 *
 * @param dead to take off before all else: nobody answers there
 * @param on to ask for now
 * @param off to take off then: who still answers can wait until others serve
 * @param moving all addresses that are not as they ought to be, those whose time has not come included
 * @param pods by uid
 * @param look if the load balancer has to be looked at before anything is asked of it: how old a read may be
 * @param lookAgain when to look though nothing happens
 * @param empty nothing of ours is there, nor on its way
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
