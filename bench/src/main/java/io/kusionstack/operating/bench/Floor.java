package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.PatchType;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * The floor: how fast a client is that only writes. For each Pod it makes the four patches of a graceful in-place update,
 * each when the watch has confirmed the one before, all Pods at once, with as many writes in flight as an operator has.
 * It decides nothing, so no operator is faster on the same cluster and nodes; the ratio to it travels between machines.
 */
final class Floor {
    private static final int IN_FLIGHT = 16;
    private static final String ID = "/floor";
    private static final String DOMAIN = ".podopslifecycle.kusionstack.io";

    private final JsonMapper json = JsonMapper.builder().build();
    private final Semaphore slots = new Semaphore(IN_FLIGHT);
    private final KubeApi api;
    private final String namespace;

    Floor(KubeApi api, String namespace) {
        this.api = api;
        this.namespace = namespace;
    }

    /** Creates the Pods, brings them into service, updates them all, deletes them; returns how long the update took. */
    Duration measure(int pods) throws InterruptedException, ExecutionException {
        try (PodBoard board = new PodBoard(api, namespace)) {
            forEach(pods, name -> inSlot(() -> api.create(collection(), pod(name))));
            forEach(pods, name -> {
                board.await(name, Pods::containersReady);
                patch(name, "/status", gate("True"));
                board.await(name, Pods::ready);
            });
            long began = System.nanoTime();
            forEach(pods, name -> update(board, name));
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            ObjectNode now = json.createObjectNode().put("gracePeriodSeconds", 0);
            forEach(pods, name -> inSlot(() -> api.delete(collection() + "/" + name, now)));
            return took;
        }
    }

    private void update(PodBoard board, String name) throws InterruptedException {
        String now = String.valueOf(System.currentTimeMillis() * 1_000_000);
        confirmed(board, name, patch(name, "/status", begin(now)));
        patch(name, "", operate(now));
        board.await(name, pod -> Pods.restarts(pod) == 1 && Pods.containersReady(pod));
        patch(name, "/status", finish(now));
        board.await(name, Pods::ready);
        confirmed(board, name, patch(name, "", complete(now)));
    }

    private ObjectNode begin(String now) {
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

    private ObjectNode operate(String now) {
        ObjectNode patch = json.createObjectNode();
        labels(patch).put("operate" + DOMAIN + ID, now).putNull("preparing" + DOMAIN + ID);
        patch.putObject("spec")
                .putArray("containers")
                .addObject()
                .put("name", "app")
                .put("image", "registry.example/floor:v2");
        return patch;
    }

    private ObjectNode finish(String now) {
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

    private ObjectNode complete(String now) {
        ObjectNode patch = json.createObjectNode();
        labels(patch)
                .put(Pods.SERVICE_AVAILABLE, now)
                .putNull("operated" + DOMAIN + ID)
                .putNull("completing" + DOMAIN + ID);
        return patch;
    }

    private static ObjectNode labels(ObjectNode patch) {
        return patch.putObject("metadata").putObject("labels");
    }

    private static void confirmed(PodBoard board, String name, JsonNode written) throws InterruptedException {
        long version = Pods.version(written);
        board.await(name, pod -> Pods.version(pod) >= version);
    }

    private JsonNode patch(String name, String subresource, ObjectNode body) throws InterruptedException {
        return inSlot(() -> api.patch(collection() + "/" + name + subresource, PatchType.STRATEGIC_MERGE, body));
    }

    private JsonNode inSlot(Supplier<JsonNode> write) throws InterruptedException {
        slots.acquire();
        try {
            return write.get();
        } finally {
            slots.release();
        }
    }

    private ObjectNode gate(String status) {
        ObjectNode patch = json.createObjectNode();
        patch.putObject("status")
                .putArray("conditions")
                .addObject()
                .put("type", Pods.GATE)
                .put("status", status)
                .put("lastTransitionTime", Instant.now().toString());
        return patch;
    }

    private ObjectNode pod(String name) {
        ObjectNode pod = json.createObjectNode().put("apiVersion", "v1").put("kind", "Pod");
        pod.putObject("metadata").put("name", name).putObject("labels").put("app", "floor");
        ObjectNode spec = pod.putObject("spec");
        spec.putArray("readinessGates").addObject().put("conditionType", Pods.GATE);
        spec.putArray("containers").addObject().put("name", "app").put("image", "registry.example/floor:v1");
        return pod;
    }

    private String collection() {
        return "/api/v1/namespaces/" + namespace + "/pods";
    }

    private interface Step {
        void take(String name) throws InterruptedException;
    }

    private static void forEach(int pods, Step step) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < pods; i++) {
                String name = "floor-" + i;
                all.add(threads.submit(() -> {
                    step.take(name);
                    return name;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (UncheckedIOException e) {
            throw new IllegalStateException("the API server went away during the measurement", e);
        }
    }
}
