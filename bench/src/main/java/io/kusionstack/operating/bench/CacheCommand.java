package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.kusionstack.operating.host.kube.ClusterAccess;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.kube.cache.PodStream;
import io.kusionstack.operating.testbed.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./dev bench cache}: the host's own Pod stream and cache, fed by another process over loopback. */
@Command(name = "cache", description = "Loads generated Pods through the Pod stream: heap, load time, events a second.")
final class CacheCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @Option(names = "--pods", defaultValue = "20000", description = "How many Pods, default: ${DEFAULT-VALUE}.")
    private int pods;

    @Option(names = "--events", defaultValue = "50000", description = "How many changes, default: ${DEFAULT-VALUE}.")
    private int events;

    @Option(names = "--json", description = "Print the figures as one JSON object on the last line as well.")
    private boolean asJson;

    @Override
    public Integer call() throws Exception {
        Process feed = feed();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(feed.getInputStream(), StandardCharsets.UTF_8))) {
            measure(URI.create("http://127.0.0.1:" + said.readLine()));
        } finally {
            feed.destroy();
        }
        return 0;
    }

    private Process feed() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PodFeed.class.getName(),
                        String.valueOf(pods),
                        String.valueOf(events))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private void measure(URI server) throws IOException {
        PodCache cache = new PodCache(Set.of());
        AtomicInteger changes = new AtomicInteger();
        ClusterAccess access = access(server);
        long before = usedHeap();
        long start = System.nanoTime();
        try (PodStream stream =
                new PodStream(access, List.of(), cache, new PodStream.StreamMetrics() {}, InstantSource.system())) {
            stream.start();
            await("all Pods are cached", () -> stream.isSynced() && cache.size() == pods);
            Duration loaded = Duration.ofNanos(System.nanoTime() - start);
            long heap = (usedHeap() - before) / pods;
            cache.onChange((was, is) -> changes.incrementAndGet());
            int replayed = changes.get();
            start = System.nanoTime();
            server.resolve("/go").toURL().openStream().close();
            await("all changes have come", () -> changes.get() - replayed >= events);
            report(heap, loaded, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        if (!Await.until(LIMIT, condition)) {
            throw new IllegalStateException("it took more than " + LIMIT + " until " + what);
        }
    }

    private void report(long heap, Duration loaded, Duration changed) {
        double podsPerSecond = pods * 1e9 / loaded.toNanos();
        double eventsPerSecond = events * 1e9 / changed.toNanos();
        System.out.printf(Locale.ROOT, "Pods                       %10d%n", pods);
        System.out.printf(Locale.ROOT, "heap a Pod, bytes          %10d%n", heap);
        System.out.printf(Locale.ROOT, "loaded, Pods a second      %10.0f%n", podsPerSecond);
        System.out.printf(Locale.ROOT, "changes, events a second   %10.0f%n", eventsPerSecond);
        if (asJson) {
            System.out.println(JsonMapper.builder()
                    .build()
                    .createObjectNode()
                    .put("pods", pods)
                    .put("heapBytesPerCachedPod", heap)
                    .put("podsPerSecondLoaded", Math.round(podsPerSecond))
                    .put("eventsPerSecond", Math.round(eventsPerSecond)));
        }
    }

    private static ClusterAccess access(URI server) throws IOException {
        Path kubeconfig = Files.createTempFile("operating-bench", ".yaml");
        try {
            Files.writeString(kubeconfig, """
                    apiVersion: v1
                    kind: Config
                    current-context: feed
                    clusters: [{name: feed, cluster: {server: "%s"}}]
                    contexts: [{name: feed, context: {cluster: feed, user: nobody}}]
                    users: [{name: nobody, user: {}}]
                    """.formatted(server));
            return ClusterAccess.kubeconfig(kubeconfig, "operating-bench/1");
        } finally {
            Files.delete(kubeconfig);
        }
    }

    /** After several collections, since one may leave what it has only just found. */
    private static long usedHeap() {
        for (int i = 0; i < 5; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
