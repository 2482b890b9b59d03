package io.kusionstack.operating.testbed.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.Watch;
import io.kusionstack.operating.testbed.api.WatchEvent;
import io.kusionstack.operating.testbed.demo.Screen;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The Pods of a namespace as a table that is drawn again in its place; where the output is no terminal, as a line for
 * every change. For one thread.
 */
final class PodTable implements AutoCloseable {
    private final Map<String, JsonNode> pods = new ConcurrentSkipListMap<>();
    private final int wanted;
    private final Screen screen;
    private final Watch watch;
    private List<String> shown = List.of();

    PodTable(KubeApi api, String namespace, int wanted, PrintWriter out) {
        this.wanted = wanted;
        this.screen = new Screen(out, Boolean.getBoolean("operating.testbed.terminal"));
        this.watch = api.watch("/api/v1/namespaces/" + namespace + "/pods", this::accept);
    }

    private void accept(WatchEvent event) {
        switch (event) {
            case WatchEvent.Added(JsonNode pod) -> pods.put(name(pod), pod);
            case WatchEvent.Modified(JsonNode pod) -> pods.put(name(pod), pod);
            case WatchEvent.Deleted(JsonNode pod) -> pods.remove(name(pod));
            case WatchEvent.Restarted() -> pods.clear();
            case WatchEvent.Synced(String version) -> {}
        }
    }

    /** Draws what is, and tells whether all Pods wanted, and no others, run the image and are Ready. */
    boolean showUntilAllRun(String image) {
        Map<String, JsonNode> now = Map.copyOf(pods);
        Map<String, String> rows = new ConcurrentSkipListMap<>();
        now.forEach((name, pod) -> rows.put(name, row(name, pod)));
        List<String> lines = List.copyOf(rows.values());
        if (!lines.equals(shown)) {
            screen.show(lines);
            shown = lines;
        }
        return now.size() == wanted && now.values().stream().allMatch(pod -> runs(pod, image));
    }

    /** Says something that stays above the table. */
    void say(String text) {
        screen.say(text);
    }

    private static String row(String name, JsonNode pod) {
        JsonNode container = pod.at("/status/containerStatuses/0");
        String phase = pod.path("metadata").has("deletionTimestamp")
                ? "Terminating"
                : pod.at("/status/phase").asText();
        return "  %-24s %-8s %-12s %-8s %s"
                .formatted(
                        name,
                        pod.at("/spec/nodeName").asText("-"),
                        phase,
                        container.path("image").asText("-"),
                        isReady(pod) ? "Ready" : "not ready");
    }

    private static boolean runs(JsonNode pod, String image) {
        return isReady(pod)
                && !pod.path("metadata").has("deletionTimestamp")
                && pod.at("/status/containerStatuses/0/image").asText().equals(image);
    }

    private static boolean isReady(JsonNode pod) {
        for (JsonNode condition : pod.at("/status/conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    private static String name(JsonNode pod) {
        return pod.at("/metadata/name").asText();
    }

    static JsonNode json(String yaml) {
        try {
            return new YAMLMapper().readTree(yaml);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
