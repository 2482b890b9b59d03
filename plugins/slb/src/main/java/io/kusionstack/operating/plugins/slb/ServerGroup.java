package io.kusionstack.operating.plugins.slb;

import java.util.List;

/**
 * A vserver group as the API shows it.
 *
 * @param loadBalancer the load balancer it belongs to; empty where the API does not tell
 */
record ServerGroup(String id, String name, String loadBalancer, List<Server> servers) {
    private static final String CLOUD_CONTROLLER = "k8s/";

    ServerGroup {
        servers = List.copyOf(servers);
    }

    /** As if nothing were there. */
    static ServerGroup none(String id) {
        return new ServerGroup(id, "", "", List.of());
    }

    /** Whether nothing says that it belongs to another load balancer. */
    boolean isOf(String wanted) {
        return loadBalancer.isEmpty() || loadBalancer.equals(wanted);
    }

    /** Whether Alibaba's cloud controller manager keeps this group: it would undo whatever we change. */
    boolean belongsToCloudController() {
        return name.startsWith(CLOUD_CONTROLLER)
                || servers.stream().anyMatch(server -> server.description().startsWith(CLOUD_CONTROLLER));
    }
}
