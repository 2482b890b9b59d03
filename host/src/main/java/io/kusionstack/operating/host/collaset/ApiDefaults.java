package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The defaults that the API server writes into a Pod (k8s.io/kubernetes pkg/apis/core/v1/defaults.go): a template that spells them out
 * means the same as one that omits them, as in a Deployment.
 */
final class ApiDefaults {
    private static final String CONTAINERS = "containers";
    private static final Map<String, String> OF_PROBES = Map.of(
            "timeoutSeconds", "1",
            "periodSeconds", "10",
            "successThreshold", "1",
            "failureThreshold", "3");
    private static final Map<String, String> OF_CONTAINERS = Map.of(
            "terminationMessagePath", "/dev/termination-log",
            "terminationMessagePolicy", "File");
    private static final Map<String, String> OF_FILES = Map.of("defaultMode", "420");

    /** By the field that holds the object, or the list of them. */
    private static final Map<String, Map<String, String>> BY_HOLDER = Map.ofEntries(
            Map.entry(
                    "spec",
                    Map.of(
                            "restartPolicy", "Always",
                            "dnsPolicy", "ClusterFirst",
                            "schedulerName", "default-scheduler",
                            "serviceAccountName", "default",
                            "terminationGracePeriodSeconds", "30",
                            "enableServiceLinks", "true",
                            "volumeMode", "Filesystem")),
            Map.entry(CONTAINERS, OF_CONTAINERS),
            Map.entry("initContainers", OF_CONTAINERS),
            Map.entry("ports", Map.of("protocol", "TCP")),
            Map.entry("livenessProbe", OF_PROBES),
            Map.entry("readinessProbe", OF_PROBES),
            Map.entry("startupProbe", OF_PROBES),
            Map.entry("httpGet", Map.of("scheme", "HTTP", "path", "/")),
            Map.entry("fieldRef", Map.of("apiVersion", "v1")),
            Map.entry("configMap", OF_FILES),
            Map.entry("secret", OF_FILES),
            Map.entry("downwardAPI", OF_FILES),
            Map.entry("projected", OF_FILES),
            Map.entry("serviceAccountToken", Map.of("expirationSeconds", "3600")));

    private ApiDefaults() {}

    /**
     * @param field that holds the node
     * @param opaque fields whose objects have keys of the user's choice
     */
    static JsonNode without(JsonNode node, String field, Set<String> opaque) {
        if (node instanceof ArrayNode array) {
            ArrayNode result = JsonNodeFactory.instance.arrayNode();
            array.forEach(item -> result.add(without(item, field, opaque)));
            return result;
        }
        if (!(node instanceof ObjectNode object) || opaque.contains(field)) {
            return node;
        }
        Map<String, String> defaults = new HashMap<>(BY_HOLDER.getOrDefault(field, Map.of()));
        pullPolicy(field, object).ifPresent(policy -> defaults.put("imagePullPolicy", policy));
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        object.properties().forEach(entry -> {
            String wanted = defaults.get(entry.getKey());
            if (wanted == null || !isSpelt(entry.getValue(), wanted)) {
                result.set(entry.getKey(), without(entry.getValue(), entry.getKey(), opaque));
            }
        });
        return result;
    }

    /** A number or a boolean in quotes is not one: the server refuses it. */
    private static boolean isSpelt(JsonNode value, String wanted) {
        boolean isText = !wanted.equals("true") && !Character.isDigit(wanted.charAt(0));
        return value.isValueNode()
                && value.isTextual() == isText
                && value.asText().equals(wanted);
    }

    /** It depends on the image's tag. */
    private static Optional<String> pullPolicy(String field, ObjectNode container) {
        String image = container.path("image").asText();
        boolean isContainer = field.equals(CONTAINERS) || field.equals("initContainers");
        if (!isContainer || image.isEmpty()) {
            return Optional.empty();
        }
        String name = image.substring(image.lastIndexOf('/') + 1);
        boolean latest = !name.contains("@") && (!name.contains(":") || name.endsWith(":latest"));
        return Optional.of(latest ? "Always" : "IfNotPresent");
    }
}
