package io.kusionstack.operating.testbed.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.nodes.ContainerState.Running;
import io.kusionstack.operating.testbed.nodes.ContainerState.Terminated;
import io.kusionstack.operating.testbed.nodes.ContainerState.Waiting;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A Pod's status as the strategic-merge patch that publishes it, bound to the Pod's uid. */
final class StatusJson {
    private StatusJson() {}

    static ObjectNode patch(String uid, PodStatus status) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("metadata").put("uid", uid);
        ObjectNode body = patch.putObject("status");
        body.put("phase", status.phase());
        body.put("observedGeneration", status.observedGeneration());
        body.put("startTime", time(status.startTime()));
        body.put("hostIP", status.hostIp());
        body.putArray("hostIPs").addObject().put("ip", status.hostIp());
        if (!status.podIp().isEmpty()) {
            body.put("podIP", status.podIp());
            body.putArray("podIPs").addObject().put("ip", status.podIp());
        }
        ArrayNode conditions = body.putArray("conditions");
        status.conditions().forEach(condition -> add(conditions, condition));
        if (!status.initContainers().isEmpty()) {
            addAll(body.putArray("initContainerStatuses"), status.initContainers());
        }
        addAll(body.putArray("containerStatuses"), status.containers());
        return patch;
    }

    /** As {@link #patch(String, PodStatus)} for a server known to have the status before: only what differs. */
    static ObjectNode patch(String uid, PodStatus before, PodStatus status) {
        ObjectNode patch = patch(uid, status);
        ObjectNode body = (ObjectNode) patch.path("status");
        JsonNode known = patch(uid, before).path("status");
        body.properties().removeIf(field -> field.getValue().equals(known.path(field.getKey())));
        if (body.path("conditions") instanceof ArrayNode conditions) {
            Set<JsonNode> same = new HashSet<>();
            known.path("conditions").forEach(same::add);
            conditions.removeIf(same::contains);
        }
        return patch;
    }

    /** What the node controller writes for a Pod that was Ready on a node that is lost; all else stays. */
    static ObjectNode unready(String uid, Instant at) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("metadata").put("uid", uid);
        patch.putObject("status")
                .putArray("conditions")
                .addObject()
                .put("type", "Ready")
                .put("status", "False")
                .put("lastTransitionTime", time(at));
        return patch;
    }

    private static void add(ArrayNode conditions, Condition condition) {
        ObjectNode node = conditions
                .addObject()
                .put("type", condition.type())
                .put("status", condition.status() ? "True" : "False")
                .put("observedGeneration", condition.observedGeneration())
                .put("lastTransitionTime", time(condition.lastTransition()));
        // Conditions are merged by type: what is empty now must be taken away.
        putOrRemove(node, "reason", condition.reason());
        putOrRemove(node, "message", condition.message());
    }

    private static void putOrRemove(ObjectNode node, String field, String value) {
        if (value.isEmpty()) {
            node.putNull(field);
        } else {
            node.put(field, value);
        }
    }

    private static void addAll(ArrayNode array, List<ContainerStatus> statuses) {
        for (ContainerStatus status : statuses) {
            ObjectNode node = array.addObject()
                    .put("name", status.name())
                    .put("image", status.image())
                    .put("imageID", status.imageId())
                    .put("restartCount", status.restartCount())
                    .put("ready", status.ready())
                    .put("started", status.started());
            if (status.everRan()) {
                node.put("containerID", status.containerId());
            }
            state(node.putObject("state"), status.state());
            ObjectNode last = node.putObject("lastState");
            if (status.lastState() != null) {
                state(last, status.lastState());
            }
        }
    }

    private static void state(ObjectNode node, ContainerState state) {
        switch (state) {
            case Waiting(String reason, String message) -> {
                ObjectNode waiting = node.putObject("waiting").put("reason", reason);
                if (!message.isEmpty()) {
                    waiting.put("message", message);
                }
            }
            case Running(Instant startedAt) -> node.putObject("running").put("startedAt", time(startedAt));
            case Terminated(int exit, String reason, Instant started, Instant finished, String id) -> {
                ObjectNode terminated = node.putObject("terminated")
                        .put("exitCode", exit)
                        .put("reason", reason)
                        .put("startedAt", time(started))
                        .put("finishedAt", time(finished));
                if (!id.isEmpty()) {
                    terminated.put("containerID", id);
                }
            }
        }
    }

    private static String time(Instant instant) {
        return DateTimeFormatter.ISO_INSTANT.format(instant.truncatedTo(ChronoUnit.SECONDS));
    }
}
