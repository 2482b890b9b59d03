package io.kusionstack.operating.testbed.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What users wish to happen to a node, by annotations of its object. Spans of time count from when an annotation is seen; another value
 * begins anew, and what an annotation that is taken away has begun is ended. For one thread; what it starts runs on another.
 */
final class NodeWishes implements AutoCloseable {
    static final String LOST = "testbed.operating.kusionstack.io/lost";
    static final String KUBELET_RESTART = "testbed.operating.kusionstack.io/kubelet-restart";
    static final String MISSING_IMAGES = "testbed.operating.kusionstack.io/missing-images";

    private static final Logger LOG = LoggerFactory.getLogger(NodeWishes.class);

    private record Wish(String node, String annotation) {}

    private final SimulatedNodes nodes;
    private final Map<Wish, String> seen = new HashMap<>();
    private final Map<String, List<Future<?>>> ahead = new HashMap<>();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("node-wishes").factory());

    NodeWishes(SimulatedNodes nodes) {
        this.nodes = nodes;
        timer.setRemoveOnCancelPolicy(true);
    }

    /** The node as the API has it now. */
    void see(JsonNode node) {
        String name = node.at("/metadata/name").asText();
        if (nodes.names().contains(name)) {
            JsonNode annotations = node.at("/metadata/annotations");
            for (String key : List.of(LOST, KUBELET_RESTART, MISSING_IMAGES)) {
                see(new Wish(name, key), annotations.path(key).asText());
            }
        }
    }

    private void see(Wish wish, String value) {
        String before = seen.put(wish, value);
        if (value.equals(before == null ? "" : before)) {
            return;
        }
        try {
            grant(wish, value);
        } catch (IllegalArgumentException e) {
            LOG.atWarn()
                    .addKeyValue("node", wish.node())
                    .addKeyValue("annotation", wish.annotation())
                    .log("Annotation not understood: {}", e.getMessage());
        }
    }

    private void grant(Wish wish, String value) {
        switch (wish.annotation()) {
            case LOST -> lose(wish.node(), Span.parseAll(value));
            case KUBELET_RESTART -> Span.parseAll(value).forEach(span -> nodes.restartKubelet(wish.node(), span));
            default ->
                nodes.missing(
                        wish.node(),
                        Stream.of(value.split(","))
                                .map(String::strip)
                                .filter(glob -> !glob.isEmpty())
                                .toList());
        }
    }

    private void lose(String node, List<Span> spans) {
        List<Future<?>> tasks = ahead.computeIfAbsent(node, name -> new ArrayList<>());
        tasks.forEach(task -> task.cancel(false));
        tasks.clear();
        at(Duration.ZERO, () -> nodes.recover(node));
        for (Span span : spans) {
            tasks.add(at(span.from(), () -> nodes.lose(node)));
            if (span.until() != null) {
                tasks.add(at(span.until(), () -> nodes.recover(node)));
            }
        }
    }

    private Future<?> at(Duration after, Runnable task) {
        return timer.schedule(task, after.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        timer.shutdown();
    }
}
