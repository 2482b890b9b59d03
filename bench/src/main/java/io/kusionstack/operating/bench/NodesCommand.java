package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.nodes.Cadence;
import io.kusionstack.operating.testbed.nodes.NodesConfig;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./dev bench nodes}: how fast simulated nodes bring Pods up, and how many statuses they write a second. */
@Command(name = "nodes", description = "Simulated nodes: Pods bound and Ready in how long, status writes per second.")
final class NodesCommand implements Callable<Integer> {
    private static final int IN_FLIGHT = 16;
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final String NAMESPACE = "default";
    private static final String COLLECTION = "/api/v1/namespaces/" + NAMESPACE + "/pods";
    private static final String IMAGE = "registry.example/web:v1";
    private static final String CONTAINER = "app";
    private static final int CHANGES_PER_SECOND = 1_000;

    @Option(names = "--pods", defaultValue = "500", description = "How many Pods, default: ${DEFAULT-VALUE}.")
    private int pods;

    @Option(names = "--seconds", defaultValue = "15", description = "Count writes so long, default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--json", description = "Print the figures as one JSON object on the last line as well.")
    private boolean asJson;

    private final JsonMapper json = JsonMapper.builder().build();
    private final Semaphore slots = new Semaphore(IN_FLIGHT);

    @Override
    public Integer call() throws Exception {
        try (ControlPlane cluster = ControlPlane.start(ControlPlaneOptions.defaults());
                SimulatedNodes nodes = SimulatedNodes.start(
                        cluster.connection(ControlPlaneOptions.ADMIN),
                        NodesConfig.of(10).with(Cadence.INSTANT));
                KubeApi api = new KubeApi(cluster.connection(ControlPlaneOptions.ADMIN), "bench/1")) {
            if (!Await.until(LIMIT, nodes::areSchedulable)) {
                throw new IllegalStateException("the simulated nodes did not become schedulable");
            }
            Duration ready = bringUp(api);
            long writes = countWrites(api, nodes);
            report(ready, writes);
        }
        return 0;
    }

    /** From the first request of a creation until the watch has shown the last Pod Ready. */
    private Duration bringUp(KubeApi api) throws InterruptedException {
        try (PodBoard board = new PodBoard(api, NAMESPACE)) {
            long began = System.nanoTime();
            create(api);
            board.awaitAll(
                    all -> all.size() == pods && all.stream().allMatch(pod -> Pods.hasCondition(pod, "Ready", "True")));
            return Duration.ofNanos(System.nanoTime() - began);
        }
    }

    /** The digests of all images change faster than it can be told: there is always more to write than is written. */
    private long countWrites(KubeApi api, SimulatedNodes nodes) throws InterruptedException {
        List<String> uids = new ArrayList<>();
        api.get(COLLECTION)
                .path("items")
                .forEach(pod -> uids.add(pod.at("/metadata/uid").asText()));
        try (ScheduledExecutorService changes = Executors.newSingleThreadScheduledExecutor()) {
            AtomicInteger round = new AtomicInteger();
            ScheduledFuture<?> changing = changes.scheduleAtFixedRate(
                    () -> retag(nodes, uids, round.incrementAndGet()),
                    0,
                    TimeUnit.SECONDS.toNanos(pods) / CHANGES_PER_SECOND,
                    TimeUnit.NANOSECONDS);
            pause(WARM_UP);
            long before = nodes.statusWrites();
            pause(Duration.ofSeconds(seconds));
            long writes = nodes.statusWrites() - before;
            if (!changing.cancel(false)) {
                throw new IllegalStateException("the images were not tagged anew until the end");
            }
            return writes;
        }
    }

    private static void retag(SimulatedNodes nodes, List<String> uids, int round) {
        String digest = String.format(Locale.ROOT, "sha256:%064x", round);
        uids.forEach(uid -> nodes.retag(uid, CONTAINER, digest));
    }

    private void create(KubeApi api) throws InterruptedException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < pods; i++) {
                String name = "web-" + i;
                slots.acquire();
                threads.execute(() -> {
                    try {
                        api.create(COLLECTION, pod(name));
                    } finally {
                        slots.release();
                    }
                });
            }
        }
    }

    private ObjectNode pod(String name) {
        ObjectNode pod = json.createObjectNode().put("apiVersion", "v1").put("kind", "Pod");
        pod.withObject("/metadata").put("name", name);
        pod.withObject("/spec")
                .putArray("containers")
                .addObject()
                .put("name", CONTAINER)
                .put("image", IMAGE);
        return pod;
    }

    private static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    private void report(Duration ready, long writes) {
        double readySeconds = ready.toMillis() / 1000.0;
        double writesPerSecond = writes / (double) seconds;
        System.out.print(String.format(Locale.ROOT, """
                Pods                         %10d
                bound and Ready, seconds     %10.1f
                Pods per second              %10.1f
                status writes per second     %10.0f
                """, pods, readySeconds, pods / readySeconds, writesPerSecond));
        if (asJson) {
            System.out.println(json.createObjectNode()
                    .put("pods", pods)
                    .put("readySeconds", readySeconds)
                    .put("podsPerSecond", pods / readySeconds)
                    .put("statusWritesPerSecond", writesPerSecond));
        }
    }
}
