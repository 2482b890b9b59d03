package io.kusionstack.operating.testbed.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A Pod as a watch shows it.
 *
 * @param address its IP; empty before it has one
 * @param image what the spec of its first container asks for
 * @param runs what the status says its first container runs; empty before it runs
 * @param inService marked as available, Ready, its gate True, and not on its way out
 * @param operations labels of operations that are on it
 * @param finalizers in their order
 * @param restarts of its first container
 */
public record SeenPod(
        String name,
        String uid,
        String address,
        String image,
        String runs,
        boolean inService,
        Set<String> operations,
        List<String> finalizers,
        int restarts) {
    private static final String GATE = "pod.kusionstack.io/service-ready";
    private static final String AVAILABLE = "podopslifecycle.kusionstack.io/service-available";
    private static final String OPERATION = ".podopslifecycle.kusionstack.io/";

    public SeenPod {
        operations = Set.copyOf(operations);
        finalizers = List.copyOf(finalizers);
    }

    static SeenPod of(JsonNode pod) {
        JsonNode metadata = pod.path("metadata");
        JsonNode container = pod.at("/status/containerStatuses/0");
        return new SeenPod(
                metadata.path("name").asText(),
                metadata.path("uid").asText(),
                pod.at("/status/podIP").asText(),
                pod.at("/spec/containers/0/image").asText(),
                container.path("image").asText(),
                metadata.path("labels").has(AVAILABLE)
                        && !metadata.has("deletionTimestamp")
                        && isTrue(pod, "Ready")
                        && isTrue(pod, GATE),
                operations(metadata.path("labels")),
                texts(metadata.path("finalizers")),
                container.path("restartCount").asInt());
    }

    /** Whether it runs this image in service, with no operation left on it. */
    public boolean serves(String wanted) {
        return inService && image.equals(wanted) && runs.equals(wanted) && operations.isEmpty();
    }

    private static boolean isTrue(JsonNode pod, String type) {
        for (JsonNode condition : pod.at("/status/conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    private static Set<String> operations(JsonNode labels) {
        Set<String> found = new TreeSet<>();
        labels.fieldNames().forEachRemaining(label -> {
            if (label.contains(OPERATION)) {
                found.add(label);
            }
        });
        return found;
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(one -> texts.add(one.asText()));
        return texts;
    }
}
