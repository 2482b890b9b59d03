package io.kusionstack.operating.testbed.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.api.ApiException;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.PatchType;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/** The Node and Lease objects by which the API server knows a node. Every method blocks; safe for any thread. */
final class NodeObjects {
    static final String NODES = "/api/v1/nodes";
    private static final String LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";

    private final KubeApi api;

    NodeObjects(KubeApi api) {
        this.api = api;
    }

    /** Creates the node, or takes an existing one over, and reports it Ready. */
    void register(String name, String address, Instant now) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("apiVersion", "v1").put("kind", "Node");
        node.putObject("metadata")
                .put("name", name)
                .putObject("labels")
                .put("kubernetes.io/hostname", name)
                .put("kubernetes.io/os", "linux")
                .put("kubernetes.io/arch", "amd64");
        node.set("status", status(name, address, now));
        try {
            api.create(NODES, node);
        } catch (ApiException e) {
            if (!e.isConflict()) {
                throw e;
            }
            patchStatus(name, status(name, address, now));
        }
    }

    private static ObjectNode status(String name, String address, Instant now) {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        for (String resources : new String[] {"capacity", "allocatable"}) {
            status.putObject(resources)
                    .put("cpu", "1000")
                    .put("memory", "4Ti")
                    .put("ephemeral-storage", "4Ti")
                    .put("pods", "5000");
        }
        var addresses = status.putArray("addresses");
        addresses.addObject().put("type", "InternalIP").put("address", address);
        addresses.addObject().put("type", "Hostname").put("address", name);
        status.putObject("nodeInfo").put("kubeletVersion", "v1.34.4").put("operatingSystem", "linux");
        status.set("conditions", ready("True", "KubeletReady", "kubelet is posting ready status", now));
        return status;
    }

    private static JsonNode ready(String value, String reason, String message, Instant now) {
        var conditions = JsonNodeFactory.instance.arrayNode();
        conditions
                .addObject()
                .put("type", "Ready")
                .put("status", value)
                .put("reason", reason)
                .put("message", message)
                .put("lastHeartbeatTime", seconds(now))
                .put("lastTransitionTime", seconds(now));
        return conditions;
    }

    /** The node's Ready condition turns Unknown, as when nobody heard from it. */
    void reportLost(String name, Instant now) {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.set("conditions", ready("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.", now));
        patchStatus(name, status);
    }

    /** The node's Ready condition turns True. */
    void reportReady(String name, Instant now) {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.set("conditions", ready("True", "KubeletReady", "kubelet is posting ready status", now));
        patchStatus(name, status);
    }

    private void patchStatus(String name, ObjectNode status) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.set("status", status);
        api.patch(NODES + "/" + name + "/status", PatchType.STRATEGIC_MERGE, patch);
    }

    /** Renews the node's lease, creating it where there is none. */
    void renew(String name, Instant now) {
        ObjectNode lease = JsonNodeFactory.instance.objectNode();
        lease.putObject("spec").put("renewTime", micros(now));
        try {
            api.patch(LEASES + "/" + name, PatchType.MERGE, lease);
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
            lease.put("apiVersion", "coordination.k8s.io/v1").put("kind", "Lease");
            lease.putObject("metadata").put("name", name);
            lease.withObject("spec").put("holderIdentity", name).put("leaseDurationSeconds", 40);
            api.create(LEASES, lease);
        }
    }

    /** Deletes the node and its lease. */
    void delete(String name) {
        api.delete(NODES + "/" + name);
        api.delete(LEASES + "/" + name);
    }

    /** Whether the scheduler may use the node: Ready has been noticed and no taint is left. */
    boolean isSchedulable(String name) {
        return api.get(NODES + "/" + name).path("spec").path("taints").isEmpty();
    }

    private static String seconds(Instant now) {
        return DateTimeFormatter.ISO_INSTANT.format(now.truncatedTo(ChronoUnit.SECONDS));
    }

    private static String micros(Instant now) {
        return DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'")
                .withZone(ZoneOffset.UTC)
                .format(now);
    }
}
