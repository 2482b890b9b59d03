package io.kusionstack.operating.host.traffic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.ServicePort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The annotation {@code traffic.operating.kusionstack.io/served} of a Service: the load balancers, group by group, where its Pods may
 * have backends, the one in use first. Written before anything is put on there, so that a load balancer is found again after a
 * restart although
 * the Service names another one now.
 */
final class LoadBalancerRecord {
    private static final JsonMapper JSON = new JsonMapper();

    private LoadBalancerRecord() {}

    /** An entry that cannot be read is left out: it was not written by this host. */
    static List<LoadBalancer> parse(String text, PodRef service) {
        List<LoadBalancer> loadBalancers = new ArrayList<>();
        try {
            for (JsonNode entry : JSON.readTree(text)) {
                String plugin = entry.path("plugin").asText();
                String lockKey = entry.path("lockKey").asText();
                if (!plugin.isEmpty() && !lockKey.isEmpty()) {
                    loadBalancers.add(new LoadBalancer(
                            plugin,
                            lockKey,
                            groups(entry.path("groups")),
                            new Employer(
                                    entry.path("kind").asText("Service"),
                                    service,
                                    texts(entry.path("labels")),
                                    texts(entry.path("annotations")),
                                    ports(entry.path("ports")))));
                }
            }
        } catch (JsonProcessingException malformed) {
            return List.of();
        }
        return loadBalancers;
    }

    /** True of a list that can be read, be it empty. */
    static boolean isList(String text) {
        try {
            return JSON.readTree(text).isArray();
        } catch (JsonProcessingException malformed) {
            return false;
        }
    }

    private static List<String> groups(JsonNode array) {
        List<String> groups = new ArrayList<>();
        array.forEach(group -> groups.add(group.asText()));
        return groups;
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new TreeMap<>();
        object.properties()
                .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
        return texts;
    }

    private static List<ServicePort> ports(JsonNode array) {
        List<ServicePort> ports = new ArrayList<>();
        for (JsonNode port : array) {
            ports.add(new ServicePort(
                    port.path("name").asText(),
                    port.path("port").asInt(),
                    port.path("targetPort").asInt(),
                    port.path("protocol").asText("TCP")));
        }
        return ports;
    }

    /** Labels and ports as they are; of the annotations those that the plugin reads. */
    static String text(List<LoadBalancer> loadBalancers) {
        ArrayNode array = JSON.createArrayNode();
        for (LoadBalancer loadBalancer : loadBalancers) {
            ObjectNode entry = array.addObject();
            entry.put("plugin", loadBalancer.plugin()).put("lockKey", loadBalancer.lockKey());
            ArrayNode groups = entry.putArray("groups");
            loadBalancer.groups().forEach(groups::add);
            entry.put("kind", loadBalancer.employer().kind());
            put(entry.putObject("labels"), loadBalancer.employer().labels(), "");
            put(
                    entry.putObject("annotations"),
                    loadBalancer.employer().annotations(),
                    loadBalancer.plugin() + "." + Names.TRAFFIC_DOMAIN + "/");
            ArrayNode ports = entry.putArray("ports");
            for (ServicePort port : loadBalancer.employer().ports()) {
                ports.addObject()
                        .put("name", port.name())
                        .put("port", port.port())
                        .put("targetPort", port.targetPort())
                        .put("protocol", port.protocol());
            }
        }
        return array.toString();
    }

    private static void put(ObjectNode into, Map<String, String> entries, String prefix) {
        new TreeMap<>(entries).forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                into.put(key, value);
            }
        });
    }
}
