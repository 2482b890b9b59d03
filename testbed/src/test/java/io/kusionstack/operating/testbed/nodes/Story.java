package io.kusionstack.operating.testbed.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.testbed.nodes.ContainerState.Running;
import io.kusionstack.operating.testbed.nodes.ContainerState.Terminated;
import io.kusionstack.operating.testbed.nodes.ContainerState.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A Pod's life on a node in virtual time. Lines are what was published: milliseconds since the last {@link #mark}, the
 * Pod, and each container as image, id ({@code #restarts}) and state.
 */
final class Story {
    static final String POD = """
            metadata: {name: web, namespace: shop, uid: u1, generation: 1}
            spec:
              nodeName: n1
              readinessGates: [{conditionType: gate}]
              containers:
              - {name: app, image: v1}
            status:
              conditions: [{type: gate, status: 'True'}]
            """;

    private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    private final FakeWorld world;
    private final ObjectNode object;
    private final List<String> lines = new ArrayList<>();
    private Instant now = EPOCH;
    private Instant mark = EPOCH;
    private Step last;

    private Story(String yaml, FakeWorld world) {
        this.world = world;
        this.object = parse(yaml);
        this.last = SimulatedPod.bound(PodView.parse(object), now, world);
        record(last);
    }

    static Story begin(String yaml, FakeWorld world) {
        return new Story(yaml, world);
    }

    /** A Pod that has been Ready for a minute, so that its node is in no hurry. */
    static Story quiet(String yaml, FakeWorld world) {
        return begin(yaml, world).pass(60_000).mark();
    }

    static ObjectNode parse(String yaml) {
        try {
            return (ObjectNode) new YAMLMapper().readTree(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    FakeWorld world() {
        return world;
    }

    SimulatedPod pod() {
        return last.pod();
    }

    PodStatus status() {
        return last.pod().published();
    }

    boolean isRemoved() {
        return last.remove();
    }

    /** Lets time pass, with every tick the Pod asks for. */
    Story pass(long millis) {
        Instant end = now.plusMillis(millis);
        for (Instant wake = last.wake(); wake != null && !wake.isAfter(end); wake = last.wake()) {
            now = wake.isAfter(now) ? wake : now;
            apply(new PodEvent.Tick());
        }
        now = end;
        return this;
    }

    /** Forgets the lines so far; times count from here. */
    Story mark() {
        lines.clear();
        mark = now;
        return this;
    }

    Story image(int container, String image) {
        ((ObjectNode) object.at("/spec/containers/" + container)).put("image", image);
        return newGeneration();
    }

    Story image(String image) {
        return image(0, image);
    }

    Story gate(String value) {
        ((ObjectNode) object.at("/status/conditions/0")).put("status", value);
        return see();
    }

    Story delete(int graceSeconds) {
        object.withObject("/metadata")
                .put("deletionTimestamp", now.toString())
                .put("deletionGracePeriodSeconds", graceSeconds);
        return newGeneration();
    }

    Story label(String value) {
        object.withObject("/metadata/labels").put("any", value);
        return see();
    }

    /** A user says when the Pod's readiness probes fail; empty takes the annotation away. */
    Story unready(String spans) {
        object.withObject("/metadata/annotations").put(PodView.UNREADY, spans);
        return see();
    }

    Story restartKubelet(String span) {
        apply(new PodEvent.Unready(Span.parseAll(span).getFirst(), true));
        return this;
    }

    Story cutOffNode() {
        apply(new PodEvent.CutOff());
        return this;
    }

    Story nodeIsBack() {
        apply(new PodEvent.Back());
        return this;
    }

    Story retag(String imageId) {
        apply(new PodEvent.Retagged("app", imageId));
        return this;
    }

    /** The node process starts again and knows only what it has published. */
    Story restartNode() {
        ObjectNode stored = object.deepCopy();
        JsonNode patch = StatusJson.patch("u1", status()).path("status");
        ((ObjectNode) stored.path("status")).setAll((ObjectNode) patch);
        PodView view = PodView.parse(object);
        last = SimulatedPod.pickedUp(PodPickup.of(stored, view, now, world).orElseThrow(), now, world);
        record(last);
        return this;
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    private Story newGeneration() {
        ObjectNode metadata = object.withObject("/metadata");
        metadata.put("generation", metadata.path("generation").asLong() + 1);
        return see();
    }

    private Story see() {
        apply(new PodEvent.Seen(PodView.parse(object)));
        return this;
    }

    private void apply(PodEvent event) {
        last = last.pod().step(event, now, world);
        record(last);
    }

    private void record(Step step) {
        step.published().ifPresent(status -> lines.add(line(status)));
        if (step.remove()) {
            lines.add(time() + " removed");
        }
    }

    private String time() {
        return String.valueOf(Duration.between(mark, now).toMillis());
    }

    private String line(PodStatus status) {
        StringBuilder line = new StringBuilder(time());
        line.append(' ').append(status.phase()).append(" observed=").append(status.observedGeneration());
        line.append(" Ready=").append(mark(status, "Ready"));
        line.append(" ContainersReady=").append(mark(status, "ContainersReady"));
        for (ContainerStatus container : status.containers()) {
            line.append(" | ").append(container.image()).append('#').append(container.restartCount());
            line.append(' ').append(state(container.state()));
            if (container.lastState() != null) {
                line.append(" after ").append(state(container.lastState()));
            }
        }
        return line.toString();
    }

    private static String mark(PodStatus status, String type) {
        Condition condition = status.condition(type).orElseThrow();
        return condition.status() ? "T" : "F(" + condition.reason() + ")";
    }

    private static String state(ContainerState state) {
        return switch (state) {
            case Running running -> "running";
            case Waiting(String reason, String message) -> reason;
            case Terminated end -> String.format(Locale.ROOT, "%s(%d)", end.reason(), end.exitCode());
        };
    }
}
