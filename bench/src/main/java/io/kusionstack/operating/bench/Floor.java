package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.api.PatchType;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * The floor: how fast a client is that only writes. For each Pod it makes the four patches of a graceful in-place update,
 * each when the watch has confirmed the one before, with as many writes in flight as an operator has; all Pods at once, or
 * under a rule so many at a time. It decides nothing, so no operator is faster on the same cluster, nodes and Pods; the ratio
 * to it travels between machines.
 */
final class Floor {
    private static final int IN_FLIGHT = 16;

    private final Semaphore slots = new Semaphore(IN_FLIGHT);
    private final Site site;
    private final String namespace;
    private final Optional<Percentage> rule;

    /** @param rule how many Pods are out of service at a time; all where it is absent */
    Floor(Site site, String namespace, Optional<Percentage> rule) {
        this.site = site;
        this.namespace = namespace;
        this.rule = rule;
    }

    /**
     * Creates the Pods, brings them into service, updates all, clears their field tracking, and updates all again. They stay: the
     * next measurement does not watch them, and the deletion of thousands takes a minute.
     */
    Floors measure(int pods) throws InterruptedException, ExecutionException {
        try (PodBoard board = new PodBoard(site.api(), namespace)) {
            serve(board, pods);
            Run plain = update(board, pods, 2);
            forEach(pods, name -> confirmed(board, name, patch(name, "", FloorPatches.clearFieldTracking())));
            done("field tracking cleared");
            return new Floors(plain, update(board, pods, 3));
        }
    }

    private void serve(PodBoard board, int pods) throws InterruptedException, ExecutionException {
        forEach(pods, name -> inSlot(() -> site.api().create(collection(), FloorPatches.pod(name))));
        forEach(pods, name -> {
            board.await(name, Pods::containersReady);
            patch(name, "/status", FloorPatches.gate("True"));
            board.await(name, Pods::ready);
        });
        done(pods + " Pods created and in service");
    }

    private Run update(PodBoard board, int pods, int version) throws InterruptedException, ExecutionException {
        Semaphore out = new Semaphore(rule.map(share -> share.of(pods)).orElse(pods));
        try (Meter meter = rule.isPresent() ? Meter.startWithStages(site, namespace) : Meter.start(site)) {
            forEach(pods, name -> {
                out.acquire();
                try {
                    update(board, name, version);
                } finally {
                    out.release();
                }
            });
            Run run = meter.stop(pods);
            done("updated to v" + version);
            return run;
        }
    }

    private void update(PodBoard board, String name, int version) throws InterruptedException {
        String now = String.valueOf(System.currentTimeMillis() * 1_000_000);
        confirmed(board, name, patch(name, "/status", FloorPatches.begin(now)));
        patch(name, "", FloorPatches.operate(now, version));
        board.await(name, pod -> Pods.restarts(pod) == version - 1 && Pods.containersReady(pod));
        patch(name, "/status", FloorPatches.finish(now));
        board.await(name, Pods::ready);
        confirmed(board, name, patch(name, "", FloorPatches.complete(now)));
    }

    private void done(String what) {
        site.progress().done(namespace + ": " + what);
    }

    private static void confirmed(PodBoard board, String name, JsonNode written) throws InterruptedException {
        long version = Pods.version(written);
        board.await(name, pod -> Pods.version(pod) >= version);
    }

    private JsonNode patch(String name, String subresource, ObjectNode body) throws InterruptedException {
        String path = collection() + "/" + name + subresource;
        return inSlot(() -> site.api().patch(path, PatchType.STRATEGIC_MERGE, body));
    }

    private JsonNode inSlot(Supplier<JsonNode> write) throws InterruptedException {
        slots.acquire();
        try {
            return write.get();
        } finally {
            slots.release();
        }
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
