package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.PodCondition;
import java.io.IOException;
import java.time.Instant;

/** Reads a Pod's status. */
final class PodStatusJson {
    private PodStatusJson() {}

    static void read(JsonCursor json, PodDraft pod) throws IOException {
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "phase" -> pod.phase = json.common();
                case "reason" -> pod.reason = json.common();
                case "message" -> pod.message = json.own();
                case "podIP" -> pod.podIp = json.own();
                case "podIPs" -> json.each(() -> ip(json, pod));
                case "observedGeneration" -> pod.observedGeneration = json.number();
                case "conditions" -> json.each(() -> pod.conditions.add(condition(json)));
                case "containerStatuses" -> json.each(() -> pod.addStatus(status(json)));
                case "initContainerStatuses" -> json.each(() -> pod.addInitStatus(status(json)));
                default -> json.skip();
            }
        }
    }

    private static void ip(JsonCursor json, PodDraft pod) throws IOException {
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            if (field.equals("ip")) {
                pod.podIps.add(json.own());
            } else {
                json.skip();
            }
        }
    }

    private static PodCondition condition(JsonCursor json) throws IOException {
        String type = "";
        String status = "";
        String reason = "";
        Instant since = Instant.EPOCH;
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "type" -> type = json.common();
                case "status" -> status = json.common();
                case "reason" -> reason = json.common();
                case "lastTransitionTime" -> since = json.time();
                default -> json.skip();
            }
        }
        return new PodCondition(type, status, reason, since);
    }

    private static PodDraft.Status status(JsonCursor json) throws IOException {
        PodDraft.Status status = new PodDraft.Status();
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "name" -> status.name = json.common();
                case "image" -> status.image = json.common();
                case "imageID" -> status.imageId = json.common();
                case "containerID" -> status.containerId = json.own();
                case "restartCount" -> status.restartCount = (int) json.number();
                case "ready" -> status.ready = json.isTrue();
                case "started" -> status.started = json.isTrue();
                case "state" -> json.object(() -> state(json, status));
                case "lastState" -> json.object(() -> lastState(json, status));
                default -> json.skip();
            }
        }
        return status;
    }

    private static void state(JsonCursor json, PodDraft.Status status) throws IOException {
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "waiting" -> json.object(() -> details(json, status, ContainerRecord.State.WAITING));
                case "running" -> json.object(() -> details(json, status, ContainerRecord.State.RUNNING));
                case "terminated" -> json.object(() -> details(json, status, ContainerRecord.State.TERMINATED));
                default -> json.skip();
            }
        }
    }

    private static void lastState(JsonCursor json, PodDraft.Status status) throws IOException {
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            if (field.equals("terminated")) {
                json.object(() -> ended(json, status));
            } else {
                json.skip();
            }
        }
    }

    private static void ended(JsonCursor json, PodDraft.Status status) throws IOException {
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "containerID" -> status.lastContainerId = json.own();
                case "exitCode" -> status.lastExitCode = (int) json.number();
                default -> json.skip();
            }
        }
    }

    private static void details(JsonCursor json, PodDraft.Status status, ContainerRecord.State state)
            throws IOException {
        status.state = state;
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "reason" -> status.reason = json.common();
                case "message" -> status.message = PodDraft.begin(json.own());
                case "startedAt" -> {
                    Instant started = json.isNull() ? null : json.time();
                    status.startedAt = state == ContainerRecord.State.RUNNING ? started : null;
                }
                default -> json.skip();
            }
        }
    }
}
