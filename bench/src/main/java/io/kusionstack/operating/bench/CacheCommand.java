package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
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

/**
 * {@code ./dev bench cache}: the host's own Pod stream and cache, in both encodings, fed by another process over loopback.
 * In the JSON object the figures of protobuf, which the host asks for, are on top.
 */
@Command(name = "cache", description = "Loads generated Pods through the Pod stream: heap, load time, events a second.")
final class CacheCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @Option(names = "--pods", defaultValue = "20000", description = "How many Pods, default: ${DEFAULT-VALUE}.")
    private int pods;

    @Option(names = "--events", defaultValue = "50000", description = "How many changes, default: ${DEFAULT-VALUE}.")
    private int events;

    @Option(names = "--rounds", defaultValue = "2", description = "The last one counts, default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--json", description = "Print the figures as one JSON object on the last line as well.")
    private boolean asJson;

    @Override
    public Integer call() throws Exception {
        Process feed = feed();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(feed.getInputStream(), StandardCharsets.UTF_8))) {
            URI server = URI.create("http://127.0.0.1:" + said.readLine());
            // the first round warms up what both have in common
            Figures protobuf = measure(server, PodStream.Encoding.PROTOBUF);
            Figures json = measure(server, PodStream.Encoding.JSON);
            for (int round = 1; round < rounds; round++) {
                protobuf = measure(server, PodStream.Encoding.PROTOBUF);
                json = measure(server, PodStream.Encoding.JSON);
            }
            report(protobuf, json);
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

    /** @param cpu of this process for one event, the HTTP client included */
    private record Figures(long heapBytesPerPod, double podsPerSecond, double eventsPerSecond, Duration cpu) {}

    private Figures measure(URI server, PodStream.Encoding encoding) throws IOException {
        PodCache cache = new PodCache(Set.of(), encoding);
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
            Duration worked = processorTime();
            server.resolve("/go").toURL().openStream().close();
            await("all changes have come", () -> changes.get() - replayed >= events);
            Duration changed = Duration.ofNanos(System.nanoTime() - start);
            return new Figures(
                    heap,
                    pods * 1e9 / loaded.toNanos(),
                    events * 1e9 / changed.toNanos(),
                    processorTime().minus(worked).dividedBy(events));
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        if (!Await.until(LIMIT, condition)) {
            throw new IllegalStateException("it took more than " + LIMIT + " until " + what);
        }
    }

    private static Duration processorTime() {
        return Duration.ofNanos(
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime());
    }

    private void report(Figures protobuf, Figures json) {
        double ratio = protobuf.eventsPerSecond / json.eventsPerSecond;
        System.out.printf(Locale.ROOT, "%d Pods                 protobuf       JSON%n", pods);
        row("heap a Pod, bytes", protobuf.heapBytesPerPod, json.heapBytesPerPod);
        row("loaded, Pods a second", protobuf.podsPerSecond, json.podsPerSecond);
        row("changes, events a second", protobuf.eventsPerSecond, json.eventsPerSecond);
        row("CPU of an event, us", protobuf.cpu.toNanos() / 1e3, json.cpu.toNanos() / 1e3);
        System.out.printf(Locale.ROOT, "%-25s %10.2f%n", "events, protobuf to JSON", ratio);
        if (asJson) {
            ObjectNode figures = tree(protobuf).put("pods", pods);
            figures.set("json", tree(json));
            System.out.println(figures.put("eventsProtobufToJson", Math.round(ratio * 100) / 100.0));
        }
    }

    private static void row(String what, double protobuf, double json) {
        System.out.printf(Locale.ROOT, "%-25s %10.0f %10.0f%n", what, protobuf, json);
    }

    private static ObjectNode tree(Figures figures) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("heapBytesPerCachedPod", figures.heapBytesPerPod)
                .put("podsPerSecondLoaded", Math.round(figures.podsPerSecond))
                .put("eventsPerSecond", Math.round(figures.eventsPerSecond))
                .put("cpuMicrosPerEvent", Math.round(figures.cpu.toNanos() / 1e3));
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
