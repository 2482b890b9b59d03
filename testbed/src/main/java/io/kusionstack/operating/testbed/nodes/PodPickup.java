package io.kusionstack.operating.testbed.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.testbed.nodes.ContainerState.Running;
import io.kusionstack.operating.testbed.nodes.ContainerState.Terminated;
import io.kusionstack.operating.testbed.nodes.ContainerState.Waiting;
import io.kusionstack.operating.testbed.nodes.SimulatedPod.Stage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Pod whose status an earlier run of its node has written: what ran goes on running, with the same containers. A
 * kubelet asks its container runtime; here the status is all there is to know.
 */
final class PodPickup {
    private final PodView view;
    private final JsonNode status;
    private final Instant now;
    private final NodeWorld world;

    private PodPickup(JsonNode object, PodView view, Instant now, NodeWorld world) {
        this.view = view;
        this.status = object.path("status");
        this.now = now;
        this.world = world;
    }

    /** The Pod where it stands, or empty if its containers are still to be started. */
    static Optional<SimulatedPod> of(JsonNode object, PodView view, Instant now, NodeWorld world) {
        PodPickup pickup = new PodPickup(object, view, now, world);
        JsonNode statuses = pickup.status.path("containerStatuses");
        boolean allRan = !statuses.isEmpty();
        for (JsonNode container : statuses) {
            allRan &= container.has("containerID");
        }
        return allRan ? Optional.of(pickup.pod()) : Optional.empty();
    }

    private SimulatedPod pod() {
        boolean ended = status.path("phase").asText().matches("Succeeded|Failed");
        boolean removing = ended && view.grace() != null;
        List<SimulatedContainer> init = containers(view.initContainers(), "initContainerStatuses", ended);
        List<SimulatedContainer> containers = containers(view.containers(), "containerStatuses", ended);
        Instant start = time(status.path("startTime"));
        PodStatus published = new PodStatus(
                status.path("phase").asText(),
                status.path("observedGeneration").asLong(),
                start,
                status.path("hostIP").asText(),
                status.path("podIP").asText(),
                conditions(),
                init.stream().map(SimulatedContainer::shown).toList(),
                containers.stream().map(SimulatedContainer::shown).toList());
        return new SimulatedPod(
                view,
                view,
                removing ? Stage.ENDED : Stage.ALIVE,
                init,
                containers,
                start,
                Looks.begun(now).dueAt(removing ? null : now),
                removing ? now : null,
                Spells.NONE,
                published);
    }

    private List<SimulatedContainer> containers(List<ContainerSpec> specs, String field, boolean ended) {
        List<SimulatedContainer> containers = new ArrayList<>();
        boolean initial = field.startsWith("init");
        for (ContainerSpec spec : specs) {
            for (JsonNode entry : status.path(field)) {
                if (entry.path("name").asText().equals(spec.name())) {
                    containers.add(container(spec, initial, entry, ended));
                }
            }
        }
        return containers;
    }

    private SimulatedContainer container(ContainerSpec spec, boolean initial, JsonNode entry, boolean ended) {
        Terminated last = terminated(entry.path("lastState").path("terminated"));
        ContainerState state = state(entry.path("state"));
        ContainerStatus shown = new ContainerStatus(
                spec.name(),
                entry.path("image").asText(),
                entry.path("imageID").asText(),
                entry.path("containerID").asText(),
                entry.path("restartCount").asInt(),
                entry.path("ready").asBoolean(),
                entry.path("started").asBoolean(),
                state,
                last);
        boolean same =
                Digests.imageId(world.timings(view, spec.image()).digest()).equals(shown.imageId());
        boolean running = state instanceof Running;
        if (running) {
            world.pulled(view, shown.image());
        }
        String image = same || !running ? spec.image() : shown.image();
        Terminated exit = state instanceof Terminated end ? end : last;
        Phase phase = phase(state, shown, initial, ended);
        return new SimulatedContainer(spec, initial, image, phase, shown, BackOff.NONE, exit, null);
    }

    private Phase phase(ContainerState state, ContainerStatus shown, boolean initial, boolean ended) {
        return switch (state) {
            case Running running -> new Phase.Running(shown.ready() || initial ? null : now, null, 0);
            case Waiting waiting -> new Phase.BackingOff(null, now);
            case Terminated end ->
                ended || (initial && end.exitCode() == 0) ? new Phase.Ended() : new Phase.BackingOff(null, now);
        };
    }

    private static ContainerState state(JsonNode state) {
        if (state.has("running")) {
            return new Running(time(state.path("running").path("startedAt")));
        }
        Terminated end = terminated(state.path("terminated"));
        return end != null
                ? end
                : new Waiting(
                        state.path("waiting").path("reason").asText(),
                        state.path("waiting").path("message").asText());
    }

    private static @Nullable Terminated terminated(JsonNode state) {
        return state.isMissingNode()
                ? null
                : new Terminated(
                        state.path("exitCode").asInt(),
                        state.path("reason").asText(),
                        time(state.path("startedAt")),
                        time(state.path("finishedAt")),
                        state.path("containerID").asText());
    }

    private List<Condition> conditions() {
        List<Condition> conditions = new ArrayList<>();
        for (String type : Conditions.TYPES) {
            for (JsonNode condition : status.path("conditions")) {
                if (condition.path("type").asText().equals(type)) {
                    conditions.add(condition(type, condition));
                }
            }
        }
        return conditions;
    }

    private static Condition condition(String type, JsonNode condition) {
        return new Condition(
                type,
                condition.path("status").asText().equals("True"),
                condition.path("reason").asText(""),
                condition.path("message").asText(""),
                condition.path("observedGeneration").asLong(),
                time(condition.path("lastTransitionTime")));
    }

    private static Instant time(JsonNode text) {
        return text.asText().isEmpty() || text.isNull() ? Instant.EPOCH : Instant.parse(text.asText());
    }
}
