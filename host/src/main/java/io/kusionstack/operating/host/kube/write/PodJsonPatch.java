package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.model.Names;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A patch of a Pod as JSON Patch (RFC 6902). Its preconditions are {@code test} operations on the Pod as it was read, in place of a
 * resourceVersion: on all of it but its managed fields and the annotations that no decision reads. The API server applies it to the
 * newest Pod by itself, however often another client writes those. Where a test fails nothing is changed.
 *
 * <p>Values to be tested are the bytes that the API server sent: it compares scalars as they are encoded.
 */
final class PodJsonPatch {
    private static final JsonFactory JSON = ApiResponse.jsonFactory();
    private static final String ANNOTATIONS = "annotations";
    private static final Set<String> NOT_TESTED = Set.of("resourceVersion", "managedFields", ANNOTATIONS);
    /** Fields that a Pod may not have yet. */
    private static final Set<String> TESTED_IF_ABSENT =
            Set.of("labels", "finalizers", "ownerReferences", "deletionTimestamp");

    private final ArrayNode operations = JsonNodeFactory.instance.arrayNode();
    private final byte[] json;
    private final JsonNode pod;

    private PodJsonPatch(byte[] json) {
        this.json = json;
        this.pod = ApiResponse.tree(json);
    }

    /**
     * @param pod as it was read, in JSON
     * @param patch a strategic-merge patch
     * @param cache knows which annotations records keep
     * @return the operations
     */
    static ArrayNode of(byte[] pod, PodPatch patch, PodCache cache) {
        PodJsonPatch made = new PodJsonPatch(pod);
        JsonNode body = patch.body();
        Set<String> written = new HashSet<>();
        body.at("/metadata/annotations").fieldNames().forEachRemaining(written::add);
        Set<String> read = new TreeSet<>(Names.READ_OF_PODS);
        read.addAll(cache.namedAnnotations());
        read.addAll(written);
        made.tests(key -> cache.keeps(key) || written.contains(key));
        made.absentAnnotations(read);
        made.entries("labels", body.at("/metadata/labels"));
        made.entries(ANNOTATIONS, body.at("/metadata/annotations"));
        made.finalizers(body.path("metadata"));
        made.elements("/spec/containers", "name", body.at("/spec/containers"));
        made.elements("/spec/initContainers", "name", body.at("/spec/initContainers"));
        made.elements("/status/conditions", "type", body.at("/status/conditions"));
        return made.operations;
    }

    private void tests(Predicate<String> annotations) {
        try (JsonParser parser = JSON.createParser(json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                switch (field) {
                    case "metadata" -> tests(parser, "/metadata", name -> !NOT_TESTED.contains(name), annotations);
                    case "spec", "status" -> test("/" + field, raw(parser));
                    default -> parser.skipChildren();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("not a Pod in JSON", e);
        }
        TESTED_IF_ABSENT.stream()
                .sorted()
                .filter(field -> !pod.path("metadata").has(field))
                .forEach(field -> testAbsent("/metadata/" + field));
    }

    /** Tests each field of an object that {@code tested} tells, and of its annotations, if it has such, those of {@code inner}. */
    private void tests(JsonParser parser, String path, Predicate<String> tested, Predicate<String> inner)
            throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            if (tested.test(field)) {
                test(path + "/" + escaped(field), raw(parser));
            } else if (field.equals(ANNOTATIONS) && parser.currentToken() == JsonToken.START_OBJECT) {
                tests(parser, path + "/" + ANNOTATIONS, inner, name -> false);
            } else {
                parser.skipChildren();
            }
        }
    }

    /** The value that the parser is at, as it is written. */
    private RawValue raw(JsonParser parser) throws IOException {
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        int end = (int) parser.currentLocation().getByteOffset();
        return new RawValue(new String(json, start, end - start, StandardCharsets.UTF_8));
    }

    /** Annotations that decisions read, or that are written, and that the Pod does not have. */
    private void absentAnnotations(Set<String> read) {
        JsonNode known = pod.at("/metadata/annotations");
        if (known.isMissingNode()) {
            testAbsent("/metadata/annotations");
            return;
        }
        read.stream()
                .filter(key -> !known.has(key))
                .forEach(key -> testAbsent("/metadata/annotations/" + escaped(key)));
    }

    private void entries(String field, JsonNode entries) {
        if (entries.isEmpty()) {
            return;
        }
        JsonNode known = pod.path("metadata").path(field);
        if (known.isMissingNode()) {
            add("/metadata/" + field, JsonNodeFactory.instance.objectNode());
        }
        for (Map.Entry<String, JsonNode> entry : entries.properties()) {
            String path = "/metadata/" + field + "/" + escaped(entry.getKey());
            if (!entry.getValue().isNull()) {
                add(path, entry.getValue());
            } else if (known.has(entry.getKey())) {
                operation("remove", path);
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

    private void test(String path, RawValue value) {
        operation("test", path).putRawValue("value", value);
    }

    private void testAbsent(String path) {
        operation("test", path).putNull("value");
    }

    private void add(String path, JsonNode value) {
        operation("add", path).set("value", value);
    }

    private ObjectNode operation(String name, String path) {
        return operations.addObject().put("op", name).put("path", path);
    }

    private static String escaped(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }
}
