package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A patch of a Pod as JSON Patch (RFC 6902). Its preconditions are {@code test} operations on all that a record of the Pod is
 * made of, in place of a resourceVersion: the API server applies it to the newest Pod by itself, however often
 * another client writes annotations that no record keeps. Where a test fails nothing is changed, and the answer is 422 without a kind in its
 * details.
 *
 * <p>An annotation that records keep and that is added between the read and the patch is not among the preconditions.
 */
final class PodJsonPatch {
    private static final Set<String> NOT_TESTED =
            Set.of("resourceVersion", "managedFields", "annotations", "selfLink", "generateName");
    /** Fields that a Pod may not have yet. */
    private static final Set<String> TESTED_IF_ABSENT =
            Set.of("labels", "finalizers", "ownerReferences", "deletionTimestamp");

    private final ArrayNode operations = JsonNodeFactory.instance.arrayNode();
    private final JsonNode pod;

    private PodJsonPatch(JsonNode pod) {
        this.pod = pod;
    }

    /**
     * @param pod as it was read
     * @param patch a strategic-merge patch
     * @param kept true for annotations that records keep
     * @return the operations
     */
    static ArrayNode of(JsonNode pod, PodPatch patch, Predicate<String> kept) {
        PodJsonPatch made = new PodJsonPatch(pod);
        made.tests(kept);
        made.entries("labels", patch.body().at("/metadata/labels"));
        made.entries("annotations", patch.body().at("/metadata/annotations"));
        made.finalizers(patch.body().path("metadata"));
        if (patch.body().path("metadata").has("managedFields")) {
            made.add("/metadata/managedFields", patch.body().at("/metadata/managedFields"));
        }
        made.elements("/spec/containers", "name", patch.body().at("/spec/containers"));
        made.elements("/spec/initContainers", "name", patch.body().at("/spec/initContainers"));
        made.elements("/status/conditions", "type", patch.body().at("/status/conditions"));
        return made.operations;
    }

    private void tests(Predicate<String> kept) {
        JsonNode metadata = pod.path("metadata");
        metadata.properties().stream()
                .filter(field -> !NOT_TESTED.contains(field.getKey()))
                .forEach(field -> test("/metadata/" + field.getKey(), field.getValue()));
        TESTED_IF_ABSENT.stream()
                .sorted()
                .filter(field -> !metadata.has(field))
                .forEach(field -> test("/metadata/" + field, NullNode.getInstance()));
        metadata.path("annotations").properties().stream()
                .filter(annotation -> kept.test(annotation.getKey()))
                .forEach(annotation -> test(path("annotations", annotation.getKey()), annotation.getValue()));
        test("/spec", pod.path("spec"));
        test("/status", pod.path("status"));
    }

    private void entries(String field, JsonNode entries) {
        if (entries.isEmpty()) {
            return;
        }
        JsonNode known = pod.path("metadata").path(field);
        if (known.isMissingNode()) {
            test("/metadata/" + field, NullNode.getInstance());
            add("/metadata/" + field, JsonNodeFactory.instance.objectNode());
        }
        for (Map.Entry<String, JsonNode> entry : entries.properties()) {
            if (!entry.getValue().isNull()) {
                add(path(field, entry.getKey()), entry.getValue());
            } else if (known.has(entry.getKey())) {
                operation("remove", path(field, entry.getKey()));
            }
        }
    }

    private void finalizers(JsonNode patched) {
        JsonNode added = patched.path("finalizers");
        JsonNode removed = patched.path("$deleteFromPrimitiveList/finalizers");
        if (added.isEmpty() && removed.isEmpty()) {
            return;
        }
        Set<String> finalizers = new LinkedHashSet<>();
        pod.at("/metadata/finalizers").forEach(finalizer -> finalizers.add(finalizer.asText()));
        removed.forEach(finalizer -> finalizers.remove(finalizer.asText()));
        added.forEach(finalizer -> finalizers.add(finalizer.asText()));
        ArrayNode wanted = JsonNodeFactory.instance.arrayNode();
        finalizers.forEach(wanted::add);
        add("/metadata/finalizers", wanted);
    }

    /** Elements of a list that are merged by the value of one of their fields. */
    private void elements(String list, String key, JsonNode elements) {
        JsonNode known = pod.at(list);
        if (!elements.isEmpty() && known.isMissingNode()) {
            add(list, JsonNodeFactory.instance.arrayNode());
        }
        for (JsonNode element : elements) {
            int index = 0;
            while (index < known.size() && !known.get(index).path(key).equals(element.path(key))) {
                index++;
            }
            if (index == known.size()) {
                add(list + "/-", element);
            } else {
                ObjectNode merged = known.get(index).deepCopy();
                merged.setAll((ObjectNode) element);
                operation("replace", list + "/" + index).set("value", merged);
            }
        }
    }

    private void test(String path, JsonNode value) {
        operation("test", path).set("value", value);
    }

    private void add(String path, JsonNode value) {
        operation("add", path).set("value", value);
    }

    private ObjectNode operation(String name, String path) {
        return operations.addObject().put("op", name).put("path", path);
    }

    private static String path(String field, String key) {
        return "/metadata/" + field + "/" + key.replace("/", "~1");
    }
}
