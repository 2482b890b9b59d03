package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/** What a floor writes of one Pod: the Pod itself, its gate, and the four patches of a graceful in-place update. */
final class FloorPatches {
    private static final String ID = "/floor";
    private static final String DOMAIN = ".podopslifecycle.kusionstack.io";

    private FloorPatches() {}

    static ObjectNode pod(String name) {
        ObjectNode pod = object().put("apiVersion", "v1").put("kind", "Pod");
        pod.putObject("metadata").put("name", name).putObject("labels").put("app", "floor");
        ObjectNode spec = pod.putObject("spec");
        spec.putArray("readinessGates").addObject().put("conditionType", Pods.GATE);
        image(spec, 1);
        return pod;
    }

    static ObjectNode gate(String status) {
        ObjectNode patch = object();
        patch.putObject("status")
                .putArray("conditions")
                .addObject()
                .put("type", Pods.GATE)
                .put("status", status)
                .put("lastTransitionTime", Instant.now().toString());
        return patch;
    }

    /** As Kubernetes documents it under "Clearing managedFields": nobody's later update is tracked. */
    static ObjectNode clearFieldTracking() {
        ObjectNode patch = object();
        patch.putObject("metadata").putArray("managedFields").addObject();
        return patch;
    }

    /** @param now Unix time in nanoseconds */
    static ObjectNode begin(String now) {
        ObjectNode patch = gate("False");
        labels(patch)
                .put("operating" + DOMAIN + ID, now)
                .put("operation-type" + DOMAIN + ID, "update")
                .put("pre-checked" + DOMAIN + ID, now)
                .put("operation-permission" + DOMAIN + "/update", now)
                .put("preparing" + DOMAIN + ID, now)
                .putNull(Pods.SERVICE_AVAILABLE);
        return patch;
    }

    static ObjectNode operate(String now, int version) {
        ObjectNode patch = object();
        labels(patch).put("operate" + DOMAIN + ID, now).putNull("preparing" + DOMAIN + ID);
        image(patch.putObject("spec"), version);
        return patch;
    }

    static ObjectNode finish(String now) {
        ObjectNode patch = gate("True");
        labels(patch)
                .put("operated" + DOMAIN + ID, now)
                .put("completing" + DOMAIN + ID, now)
                .putNull("operating" + DOMAIN + ID)
                .putNull("operate" + DOMAIN + ID)
                .putNull("operation-type" + DOMAIN + ID)
                .putNull("pre-checked" + DOMAIN + ID)
                .putNull("operation-permission" + DOMAIN + "/update");
        return patch;
    }

    static ObjectNode complete(String now) {
        ObjectNode patch = object();
        labels(patch)
                .put(Pods.SERVICE_AVAILABLE, now)
                .putNull("operated" + DOMAIN + ID)
                .putNull("completing" + DOMAIN + ID);
        return patch;
    }

    private static void image(ObjectNode spec, int version) {
        spec.putArray("containers").addObject().put("name", "app").put("image", "registry.example/floor:v" + version);
    }

    private static ObjectNode labels(ObjectNode patch) {
        return patch.putObject("metadata").putObject("labels");
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
