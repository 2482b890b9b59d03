package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Checks the fields of a template that are read or extended here for their types: a field of another type would be taken for an absent
 * one. The API server checks all other fields, by a dry run. Types as in PodTemplateSpec of k8s.io/api/core/v1/types.go.
 */
final class TemplateShape {
    private static final String PATH = "spec.template";
    private static final int SHOWN = 40;
    private static final FieldShape TEXT = new FieldShape(JsonNodeType.STRING, "a text", Map.of());
    private static final FieldShape MAP = new FieldShape(JsonNodeType.OBJECT, "a map", Map.of());
    private static final FieldShape TEXTS = new FieldShape(JsonNodeType.ARRAY, "a list", Map.of("", TEXT));
    private static final FieldShape MAPS = new FieldShape(JsonNodeType.ARRAY, "a list", Map.of("", MAP));
    private static final FieldShape MAP_OF_TEXTS = new FieldShape(JsonNodeType.OBJECT, "a map", Map.of("", TEXT));
    private static final FieldShape TEMPLATE = map(Map.of(
            "metadata",
            map(Map.of("labels", MAP_OF_TEXTS, "annotations", MAP_OF_TEXTS, "finalizers", TEXTS)),
            "spec",
            map(Map.of("containers", MAPS, "initContainers", MAPS, "readinessGates", MAPS))));

    private TemplateShape() {}

    /**
     * The type that a field has to have.
     *
     * @param fields by name; the empty name stands for every field or item
     */
    private record FieldShape(JsonNodeType type, String words, Map<String, FieldShape> fields) {}

    private static FieldShape map(Map<String, FieldShape> fields) {
        return new FieldShape(JsonNodeType.OBJECT, "a map", fields);
    }

    /** Each with its path, its value, and the type that is allowed; at least one container is needed. */
    static List<String> problems(JsonNode template) {
        List<String> problems = new ArrayList<>();
        check(PATH, template, TEMPLATE, problems);
        if (hasNoContainers(template.path("spec"))) {
            problems.add(PATH + ".spec.containers: there are none; give at least one");
        }
        return problems;
    }

    private static boolean hasNoContainers(JsonNode spec) {
        JsonNode containers = spec.path("containers");
        return isAbsent(spec)
                || spec.isObject() && (isAbsent(containers) || containers.isArray() && containers.isEmpty());
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isNull() || node.isMissingNode();
    }

    private static void check(String path, JsonNode node, FieldShape shape, List<String> problems) {
        if (isAbsent(node)) {
            return;
        }
        if (node.getNodeType() != shape.type) {
            String remedy = shape.equals(TEXT) && !node.isContainerNode() ? ", so put it in quotes" : "";
            problems.add(path + ": " + written(node) + "; it has to be " + shape.words + remedy);
            return;
        }
        node.properties().forEach(field -> {
            FieldShape wanted = shape.fields.getOrDefault(field.getKey(), shape.fields.get(""));
            if (wanted != null) {
                check(child(path, field.getKey(), shape), field.getValue(), wanted, problems);
            }
        });
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            check(path + "[" + i + "]", node.get(i), shape.fields.getOrDefault("", MAP), problems);
        }
    }

    private static String child(String path, String key, FieldShape parent) {
        return parent.fields.containsKey("") ? path + "[" + key + "]" : path + "." + key;
    }

    private static String written(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> "\"" + shortened(node.textValue()) + "\" is a text";
            case NUMBER -> shortened(node.asText()) + " is a number";
            case BOOLEAN -> node.asText() + " is a boolean";
            case ARRAY -> "it is a list";
            case OBJECT, POJO -> "it is a map";
            case NULL, MISSING -> "it is empty";
            case BINARY -> "it is binary";
        };
    }

    private static String shortened(String text) {
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    }
}
