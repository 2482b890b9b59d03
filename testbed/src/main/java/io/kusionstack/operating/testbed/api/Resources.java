package io.kusionstack.operating.testbed.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Where the server keeps the objects of a kind, learned from its discovery and remembered. Safe for any thread. */
final class Resources {
    private record Kind(String apiVersion, String kind) {}

    private record Place(String plural, boolean namespaced) {}

    private final KubeApi api;
    private final YAMLMapper yaml = new YAMLMapper();
    private final Map<Kind, Place> places = new ConcurrentHashMap<>();

    Resources(KubeApi api) {
        this.api = api;
    }

    List<JsonNode> createAll(String text, String namespace) {
        List<JsonNode> created = new ArrayList<>();
        for (JsonNode object : documents(text)) {
            String target = object.path("metadata").path("namespace").asText(namespace);
            created.add(api.create(
                    collection(
                            object.path("apiVersion").asText(),
                            object.path("kind").asText(),
                            target),
                    object));
        }
        return created;
    }

    private List<JsonNode> documents(String text) {
        try (MappingIterator<JsonNode> documents =
                yaml.readerFor(JsonNode.class).readValues(text)) {
            return documents.readAll().stream().filter(JsonNode::isObject).toList();
        } catch (IOException e) {
            throw new IllegalArgumentException("the text is not valid YAML: " + e.getMessage(), e);
        }
    }

    String collection(String apiVersion, String kind, String namespace) {
        Place place = place(new Kind(apiVersion, kind));
        String scope = place.namespaced() ? "/namespaces/" + namespace : "";
        return root(apiVersion) + scope + "/" + place.plural();
    }

    private Place place(Kind kind) {
        Place known = places.get(kind);
        if (known != null) {
            return known;
        }
        discover(kind.apiVersion());
        Place found = places.get(kind);
        if (found == null) {
            throw new IllegalArgumentException("the server knows no kind " + kind.kind() + " in " + kind.apiVersion()
                    + "; is its CRD installed and established?");
        }
        return found;
    }

    private void discover(String apiVersion) {
        for (JsonNode resource : api.get(root(apiVersion)).path("resources")) {
            String plural = resource.path("name").asText();
            if (!plural.contains("/")) {
                places.put(
                        new Kind(apiVersion, resource.path("kind").asText()),
                        new Place(plural, resource.path("namespaced").asBoolean()));
            }
        }
    }

    private static String root(String apiVersion) {
        return apiVersion.contains("/") ? "/apis/" + apiVersion : "/api/" + apiVersion;
    }
}
