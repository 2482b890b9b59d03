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
 * The data of a set in a ControllerRevision: its template and volume claim templates, with the zero values that the Go types of
 * Kubernetes 1.22 always write, so that the bytes, and thereby the name, are those of Kuperator.
 */
final class RevisionData {
    private static final String METADATA = "metadata";
    private static final String RESOURCES = "resources";
    private static final Set<String> CONTAINERS = Set.of("containers", "initContainers", "ephemeralContainers");
    /** Objects whose values are amounts, and fields that are one. */
    private static final Set<String> AMOUNTS = Set.of("limits", "requests", "overhead");

    private static final Set<String> AMOUNT = Set.of("sizeLimit", "divisor");
    /** Objects whose keys the user chose: nothing in them is a zero value. */
    private static final Set<String> MAPS =
            Set.of("labels", "annotations", "nodeSelector", "matchLabels", "limits", "requests", "overhead");
    /** Fields that mean the same absent and zero, and that Go leaves out when zero. */
    private static final Set<String> ZERO_IS_ABSENT = Set.of(
            "hostNetwork",
            "hostPID",
            "hostIPC",
            "shareProcessNamespace",
            "stdin",
            "stdinOnce",
            "tty",
            "readOnly",
            "hostPort",
            "initialDelaySeconds");

    private static final Set<String> EMPTY_IS_ABSENT = Set.of(RESOURCES, "status", "securityContext", "affinity");

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

    /** A text that is equal for data with the same meaning. */
    static String meaning(JsonNode template, List<JsonNode> claims) {
        return GoJson.text(meant(template, claims));
    }

    /** The data without all that means the same absent. */
    static JsonNode meant(JsonNode template, List<JsonNode> claims) {
        ObjectNode data = of(template, claims);
        if (data.path("spec").path("template") instanceof ObjectNode known) {
            known.properties().removeIf(field -> IgnoredFields.isUnknownToTemplates(field.getKey()));
            if (known.path(METADATA) instanceof ObjectNode metadata) {
                removeOwnKeys(metadata);
            }
        }
        return withoutZeros(withoutDefaults(data), "");
    }

    /** Without the defaults of the API server. */
    static JsonNode withoutDefaults(JsonNode node) {
        return ApiDefaults.without(node, "", MAPS);
    }

    /** Fields whose addition or removal changes nothing. */
    private static void removeOwnKeys(ObjectNode metadata) {
        metadata.properties().removeIf(field -> IgnoredFields.isUnknownToMetadata(field.getKey()));
        if (metadata.path("labels") instanceof ObjectNode labels) {
            labels.properties().removeIf(label -> OwnKeys.isLabel(label.getKey()));
        }
        if (metadata.path("annotations") instanceof ObjectNode annotations) {
            annotations.properties().removeIf(annotation -> OwnKeys.isAnnotation(annotation.getKey()));
        }
        if (metadata.path("finalizers") instanceof ArrayNode finalizers) {
            finalizers.removeIf(finalizer -> OwnKeys.isFinalizer(finalizer.asText()));
        }
    }

    private static ObjectNode template(JsonNode template) {
        ObjectNode result = copied(template);
        nullTimestamp(result);
        ObjectNode spec = object(result, "spec");
        for (String field : CONTAINERS) {
            for (JsonNode container : spec.path(field)) {
                if (container instanceof ObjectNode known) {
                    object(known, RESOURCES);
                }
            }
        }
        canonicalAmounts(spec);
        result.put("$patch", "replace");
        return result;
    }

    private static ObjectNode claim(JsonNode claim) {
        ObjectNode result = copied(claim);
        nullTimestamp(result);
        object(object(result, "spec"), RESOURCES);
        canonicalAmounts(object(result, "spec"));
        object(result, "status");
        return result;
    }

    private static void nullTimestamp(ObjectNode object) {
        object(object, METADATA).putNull("creationTimestamp");
    }

    /** Go writes an amount in one spelling; values under keys of users stay as they are. */
    private static void canonicalAmounts(JsonNode node) {
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> entry : List.copyOf(object.properties())) {
                String field = entry.getKey();
                if (AMOUNT.contains(field) && entry.getValue().isValueNode()) {
                    spell(object, entry);
                } else if (AMOUNTS.contains(field)) {
                    canonicalValues(entry.getValue());
                } else if (!MAPS.contains(field)) {
                    canonicalAmounts(entry.getValue());
                }
            }
        } else {
            node.forEach(RevisionData::canonicalAmounts);
        }
    }

    private static void canonicalValues(JsonNode amounts) {
        if (amounts instanceof ObjectNode object) {
            List.copyOf(object.properties()).forEach(amount -> spell(object, amount));
        }
    }

    private static void spell(ObjectNode object, Map.Entry<String, JsonNode> amount) {
        if (!amount.getValue().isNull()) {
            object.put(amount.getKey(), Quantity.canonical(amount.getValue().asText()));
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
