package io.kusionstack.operating.testkit;

import io.kusionstack.operating.plugin.KubernetesReads;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A cluster of objects that a test put there. Any thread. */
public final class FakeReads implements KubernetesReads {
    private final List<Map<String, Object>> objects = new CopyOnWriteArrayList<>();

    /** @param object with {@code apiVersion}, {@code kind} and {@code metadata} as the API server has them */
    public void put(Map<String, Object> object) {
        objects.removeIf(other -> Objects.equals(other.get("apiVersion"), object.get("apiVersion"))
                && Objects.equals(other.get("kind"), object.get("kind"))
                && text(other, "namespace").equals(text(object, "namespace"))
                && text(other, "name").equals(text(object, "name")));
        objects.add(Map.copyOf(object));
    }

    @Override
    public Optional<Map<String, Object>> get(String apiVersion, String kind, String namespace, String name) {
        return list(apiVersion, kind, namespace, Map.of()).stream()
                .filter(object -> text(object, "name").equals(name))
                .findFirst();
    }

    @Override
    public List<Map<String, Object>> list(
            String apiVersion, String kind, String namespace, Map<String, String> labels) {
        return objects.stream()
                .filter(object -> apiVersion.equals(object.get("apiVersion")) && kind.equals(object.get("kind")))
                .filter(object -> text(object, "namespace").equals(namespace))
                .filter(object ->
                        map(map(object, "metadata"), "labels").entrySet().containsAll(labels.entrySet()))
                .toList();
    }

    private static String text(Map<String, Object> object, String field) {
        return String.valueOf(map(object, "metadata").getOrDefault(field, ""));
    }

    private static Map<?, ?> untyped(Map<?, ?> object, String field) {
        return object.get(field) instanceof Map<?, ?> found ? found : Map.of();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Map<String, Object> object, String field) {
        return (Map<String, Object>) untyped(object, field);
    }
}
