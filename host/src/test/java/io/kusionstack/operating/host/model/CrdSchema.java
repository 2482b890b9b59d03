package io.kusionstack.operating.host.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the generator leaves out of a CustomResourceDefinition or gets wrong, put right from the same types: formats of
 * numbers and times, whole minimums, the largest number of a format that the API server does not check, a type for every JSON tree, atomic selectors, each validation once, printer columns
 * in the order in which they were written.
 */
final class CrdSchema {
    private static final String PRESERVE = "x-kubernetes-preserve-unknown-fields";
    private static final String VALIDATIONS = "x-kubernetes-validations";

    private CrdSchema() {}

    /** Changes {@code crd}, which the generator made of {@code resource} with the given types of spec and status. */
    static void correct(ObjectNode crd, Class<?> resource, Class<?> spec, Class<?> status) {
        ObjectNode version = (ObjectNode) crd.at("/spec/versions/0");
        orderColumns(version, resource);
        ObjectNode properties = (ObjectNode) version.at("/schema/openAPIV3Schema/properties");
        correctNode(properties.withObject("spec"), spec, "spec");
        if (status == Void.class) {
            properties.remove("status");
        } else {
            correctNode(properties.withObject("status"), status, "status");
        }
        if (resource == CollaSet.class) {
            boundLabels((ObjectNode) properties.at("/spec/properties"));
        }
    }

    private static void orderColumns(ObjectNode version, Class<?> resource) {
        AdditionalPrinterColumn[] wanted = resource.getAnnotationsByType(AdditionalPrinterColumn.class);
        if (wanted.length == 0) {
            return;
        }
        ArrayNode columns = version.putArray("additionalPrinterColumns");
        for (AdditionalPrinterColumn column : wanted) {
            columns.addObject()
                    .put("name", column.name())
                    .put("type", column.type().getValue())
                    .put("jsonPath", column.jsonPath());
        }
    }

    private static void correctNode(ObjectNode schema, Type type, String name) {
        eachValidationOnce(schema);
        if (schema.has("minimum")) {
            schema.put("minimum", schema.get("minimum").asLong());
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            schema.remove(PRESERVE);
            correctNode(schema.withObject("items"), generic.getActualTypeArguments()[0], name);
        } else if (type instanceof Class<?> simple) {
            correctSimple(schema, simple, name);
        }
    }

    private static void correctSimple(ObjectNode schema, Class<?> type, String name) {
        if (type == Integer.class || type == Integer.TYPE) {
            schema.put("format", "int32").put("maximum", Integer.MAX_VALUE);
        } else if (type == Long.class) {
            schema.put("format", "int64");
        } else if (type == String.class && name.endsWith("Time")) {
            schema.put("format", "date-time");
        } else if (type == LabelSelector.class) {
            schema.put("x-kubernetes-map-type", "atomic");
            ObjectNode expression = (ObjectNode) schema.at("/properties/matchExpressions/items");
            expression.putArray("required").add("key").add("operator");
            ((ObjectNode) expression.at("/properties/operator"))
                    .putArray("enum")
                    .add("In")
                    .add("NotIn")
                    .add("Exists")
                    .add("DoesNotExist");
            expression
                    .putArray(VALIDATIONS)
                    .addObject()
                    .put("rule", "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)")
                    .put("message", "In and NotIn need values, Exists and DoesNotExist take none");
        } else if (type == JsonNode.class) {
            schema.put("type", "object").put(PRESERVE, true);
            if (name.equals("template")) {
                showLabels(schema);
            }
        } else if (type.isRecord()) {
            for (RecordComponent component : type.getRecordComponents()) {
                correctNode(
                        (ObjectNode) schema.at("/properties/" + component.getName()),
                        component.getGenericType(),
                        component.getName());
            }
        }
    }

    /** A CEL rule may only speak of fields that the schema declares. */
    private static void showLabels(ObjectNode template) {
        ObjectNode metadata = template.putObject("properties").putObject("metadata");
        metadata.put("type", "object").put(PRESERVE, true);
        ObjectNode labels = metadata.putObject("properties").putObject("labels");
        labels.put("type", "object").putObject("additionalProperties").put("type", "string");
    }

    /**
     * The API server refuses a CEL rule over labels whose cost it cannot bound. Values have at most 63 characters anyway;
     * 1000 labels in a selector are more than anybody writes.
     */
    private static void boundLabels(ObjectNode spec) {
        ObjectNode selected = (ObjectNode) spec.at("/selector/properties/matchLabels");
        selected.put("maxProperties", 1000).withObject("additionalProperties").put("maxLength", 63);
        ObjectNode labels = (ObjectNode) spec.at("/template/properties/metadata/properties/labels");
        labels.withObject("additionalProperties").put("maxLength", 63);
    }

    private static void eachValidationOnce(ObjectNode schema) {
        if (schema.has(VALIDATIONS)) {
            Set<JsonNode> rules = new LinkedHashSet<>();
            schema.get(VALIDATIONS).forEach(rules::add);
            schema.putArray(VALIDATIONS).addAll(rules);
        }
    }
}
