package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a ControllerRevision stores of a set: its template and volume claim templates, with the zero values that the Go
 * types of Kubernetes 1.22 always write, so that the bytes and thereby the name are the ones Kuperator chose.
 */
final class RevisionData {
    private static final String METADATA = "metadata";
    private static final String RESOURCES = "resources";
    private static final Set<String> CONTAINERS = Set.of("containers", "initContainers", "ephemeralContainers");
    private static final List<String> AMOUNTS = List.of("limits", "requests");
    /** Objects whose keys the user chose: nothing in them is a zero value. */
    private static final Set<String> MAPS =
            Set.of("labels", "annotations", "nodeSelector", "matchLabels", "limits", "requests", "overhead");
    /** Fields that mean the same absent and zero, and that Go leaves out when zero. */
    private static final Set<String> ZERO_IS_ABSENT = Set.of(
            "hostNetwork",
            "hostPID",
            "hostIPC",
            "stdin",
            "stdinOnce",
            "tty",
            "readOnly",
            "hostPort",
            "initialDelaySeconds");

    private static final Set<String> EMPTY_IS_ABSENT = Set.of(RESOURCES, "status", "securityContext");

    private RevisionData() {}

    /** The content of {@code data}; keys in the order in which Go writes them. */
    static ObjectNode of(JsonNode template, List<JsonNode> claims) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        ObjectNode spec = data.putObject("spec");
        spec.set("template", template(template));
        if (!claims.isEmpty()) {
            ArrayNode all = spec.putArray("volumeClaimTemplates");
            claims.forEach(claim -> all.add(claim(claim)));
        }
        return (ObjectNode) GoJson.sorted(data);
    }

    /** The template in {@code data}, as it stood in the set; absent where the data is none of a CollaSet. */
    static Optional<ObjectNode> template(ObjectNode data) {
        if (!(data.path("spec").path("template") instanceof ObjectNode stored)) {
            return Optional.empty();
        }
        ObjectNode template = stored.deepCopy();
        template.remove("$patch");
        return Optional.of(template);
    }

    static List<JsonNode> claims(ObjectNode data) {
        List<JsonNode> claims = new ArrayList<>();
        data.path("spec").path("volumeClaimTemplates").forEach(claims::add);
        return claims;
    }

    /** A text that is equal for data that mean the same, whoever wrote them. */
    static String meaning(JsonNode template, List<JsonNode> claims) {
        return GoJson.text(withoutZeros(of(template, claims), ""));
    }

    private static ObjectNode template(JsonNode template) {
        ObjectNode result = copied(template);
        nullTimestamp(result);
        ObjectNode spec = object(result, "spec");
        for (String field : CONTAINERS) {
            for (JsonNode container : spec.path(field)) {
                if (container instanceof ObjectNode known) {
                    canonicalAmounts(object(known, RESOURCES));
                }
            }
        }
        result.put("$patch", "replace");
        return result;
    }

    private static ObjectNode claim(JsonNode claim) {
        ObjectNode result = copied(claim);
        nullTimestamp(result);
        canonicalAmounts(object(object(result, "spec"), RESOURCES));
        object(result, "status");
        return result;
    }

    private static void nullTimestamp(ObjectNode object) {
        object(object, METADATA).putNull("creationTimestamp");
    }

    private static void canonicalAmounts(ObjectNode resources) {
        for (String field : AMOUNTS) {
            if (resources.path(field) instanceof ObjectNode amounts) {
                for (Map.Entry<String, JsonNode> amount : List.copyOf(amounts.properties())) {
                    amounts.put(
                            amount.getKey(),
                            Quantity.canonical(amount.getValue().asText()));
                }
            }
        }
    }

    private static ObjectNode copied(JsonNode node) {
        return node instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
    }

    private static ObjectNode object(ObjectNode parent, String field) {
        return parent.get(field) instanceof ObjectNode present ? present : parent.putObject(field);
    }

    private static JsonNode withoutZeros(JsonNode node, String field) {
        if (node instanceof ArrayNode array) {
            ArrayNode result = JsonNodeFactory.instance.arrayNode();
            array.forEach(item -> result.add(withoutZeros(item, "")));
            return result;
        }
        if (!(node instanceof ObjectNode object) || MAPS.contains(field)) {
            return node;
        }
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            JsonNode value = withoutZeros(entry.getValue(), entry.getKey());
            if (!isZero(entry.getKey(), value)) {
                result.set(entry.getKey(), value);
            }
        }
        return result;
    }

    private static boolean isZero(String field, JsonNode value) {
        return switch (value.getNodeType()) {
            case NULL, MISSING -> true;
            case STRING ->
                value.textValue().isEmpty()
                        || (field.equals("divisor") && value.textValue().equals("0"));
            case ARRAY -> value.isEmpty();
            case OBJECT -> value.isEmpty() && (EMPTY_IS_ABSENT.contains(field) || MAPS.contains(field));
            case BOOLEAN -> !value.booleanValue() && ZERO_IS_ABSENT.contains(field);
            case NUMBER -> value.asInt(1) == 0 && ZERO_IS_ABSENT.contains(field);
            case BINARY, POJO -> false;
        };
    }
}
