package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.plugin.traffic.Employer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A load balancer, or groups of one, where the Pods of one Service get requests, as one plugin knows it.
 *
 * @param lockKey the name of the load balancer for the plugin, for example its id
 * @param groups the groups there, in order; empty if the plugin names none
 * @param employer the Service as the plugin knows it
 */
record LoadBalancer(String plugin, String lockKey, List<String> groups, Employer employer) {
    LoadBalancer {
        groups = groups.stream().sorted().distinct().toList();
    }

    /** True if the other one is this load balancer, however the Service describes it. */
    boolean isAt(LoadBalancer other) {
        return isBeside(other) && groups.equals(other.groups);
    }

    private boolean isBeside(LoadBalancer other) {
        return plugin.equals(other.plugin) && lockKey.equals(other.lockKey);
    }

    /** How the plugin is told of it. */
    Employer asked() {
        return employer.only(groups);
    }

    /**
     * The parts of this load balancer that do not belong to the other one: each group by itself, so that a group that is gone does not
     * hold up another.
     *
     * @param serving empty leaves all
     */
    List<LoadBalancer> without(Optional<LoadBalancer> serving) {
        Optional<LoadBalancer> beside = serving.filter(this::isBeside);
        if (groups.isEmpty()) {
            return beside.isEmpty() ? List.of(this) : List.of();
        }
        List<LoadBalancer> left = new ArrayList<>();
        for (String group : groups) {
            if (beside.filter(loadBalancer -> loadBalancer.groups.contains(group))
                    .isEmpty()) {
                left.add(new LoadBalancer(plugin, lockKey, List.of(group), employer));
            }
        }
        return left;
    }

    @Override
    public String toString() {
        return plugin + " " + lockKey;
    }
}
