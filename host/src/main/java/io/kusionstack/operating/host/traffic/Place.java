package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.plugin.traffic.Employer;

/**
 * Where the Pods of one Service get traffic: a load balancer, as one plugin knows it.
 *
 * @param lockKey what the plugin calls the place, for example the load balancer's id
 * @param employer the Service as the plugin was, or is, told of it
 */
record Place(String plugin, String lockKey, Employer employer) {
    /** True if the other one is this place, however the Service describes it. */
    boolean isAt(Place other) {
        return plugin.equals(other.plugin) && lockKey.equals(other.lockKey);
    }

    @Override
    public String toString() {
        return plugin + " " + lockKey;
    }
}
