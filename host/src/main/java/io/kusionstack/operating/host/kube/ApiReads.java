package io.kusionstack.operating.host.kube;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.plugin.KubernetesReads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads for plugins, on a connection of their own, of every kind the host has the right to read. Nothing is cached but the
 * names of resources. A request takes at most the request time-out; any thread.
 */
public final class ApiReads implements KubernetesReads, AutoCloseable {
    private static final int PAGE = 500;

    private final ApiClient client;
    private final Map<String, Resource> resources = new ConcurrentHashMap<>();

    private record Resource(String plural, boolean namespaced) {}

    public ApiReads(ClusterAccess access) {
        client = new ApiClient(access);
    }

    @Override
    public Optional<Map<String, Object>> get(String apiVersion, String kind, String namespace, String name) {
        String path = path(apiVersion, kind, namespace);
        ApiResponse answer = ask(path + "/" + encoded(name));
        return answer.isNotFound() ? Optional.empty() : Optional.of(object(usable(answer, path)));
    }

    @Override
    public List<Map<String, Object>> list(
            String apiVersion, String kind, String namespace, Map<String, String> labels) {
        String path = path(apiVersion, kind, namespace);
        String query = path + "?limit=" + PAGE + "&labelSelector=" + encoded(selector(labels));
        List<Map<String, Object>> objects = new ArrayList<>();
        String next = "";
        do {
            JsonNode page = usable(ask(next.isEmpty() ? query : query + "&continue=" + encoded(next)), path);
            for (JsonNode item : page.path("items")) {
                Map<String, Object> object = new LinkedHashMap<>();
                // items of a list do not repeat them
                object.put("apiVersion", apiVersion);
                object.put("kind", kind);
                object.putAll(object(item));
                objects.add(object);
            }
            next = page.at("/metadata/continue").asText();
        } while (!next.isEmpty());
        return objects;
    }

    private static String selector(Map<String, String> labels) {
        return new TreeMap<>(labels)
                .entrySet().stream()
                        .map(label -> label.getKey() + "=" + label.getValue())
                        .collect(Collectors.joining(","));
    }

    private String path(String apiVersion, String kind, String namespace) {
        String root = (apiVersion.contains("/") ? "apis/" : "api/") + apiVersion;
        Resource resource = resources.get(apiVersion + " " + kind);
        if (resource == null) {
            resource = find(root, kind);
            resources.put(apiVersion + " " + kind, resource);
        }
        return root + (resource.namespaced() ? "/namespaces/" + encoded(namespace) : "") + "/" + resource.plural();
    }

    private Resource find(String root, String kind) {
        for (JsonNode resource : usable(ask(root), root).path("resources")) {
            String plural = resource.path("name").asText();
            if (resource.path("kind").asText().equals(kind) && !plural.contains("/")) {
                return new Resource(plural, resource.path("namespaced").asBoolean());
            }
        }
        throw new IllegalArgumentException("the API server has no kind " + kind + " under " + root);
    }

    private ApiResponse ask(String path) {
        try {
            return client.get(path);
        } catch (IOException e) {
            throw new UncheckedIOException("the API server did not answer GET " + path + ": " + e.getMessage(), e);
        }
    }

    private static JsonNode usable(ApiResponse answer, String path) {
        if (!answer.isSuccess()) {
            throw new IllegalStateException(
                    "the API server answered GET " + path + " with " + answer.code() + ": " + answer.message());
        }
        return answer.json();
    }

    private static Map<String, Object> object(JsonNode tree) {
        Map<String, Object> object = new LinkedHashMap<>();
        tree.properties().forEach(entry -> object.put(entry.getKey(), plain(entry.getValue())));
        return object;
    }

    private static @Nullable Object plain(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> object(value);
            case ARRAY -> {
                List<@Nullable Object> items = new ArrayList<>();
                value.forEach(item -> items.add(plain(item)));
                yield items;
            }
            case STRING -> value.textValue();
            case NUMBER -> value.numberValue();
            case BOOLEAN -> value.booleanValue();
            case NULL, MISSING, BINARY, POJO -> null;
        };
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        client.close();
    }
}
