package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.kube.ClusterAccess;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import okhttp3.OkHttpClient;

/**
 * Keeps a {@link PodCache} as the API server has it: one watch for the whole cluster, or one for each namespace named, on a
 * connection of its own. A watch that ends is resumed from its last resourceVersion at once.
 *
 * <pre>{@code
 * PodStream stream = new PodStream(access, List.of("shop"), cache, metrics, clock);
 * stream.start();
 * }</pre>
 */
public final class PodStream implements AutoCloseable {
    /** Longer than bookmarks are apart: a connection that is silent for so long is dead. */
    private static final Duration SILENCE = Duration.ofSeconds(150);

    private final OkHttpClient http;
    private final List<PodWatch> watches = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** Counts what watches do. Any thread; must not block. Kinds are a bounded set. */
    public interface StreamMetrics {
        /** A stream was resumed from its last resourceVersion. */
        default void resumed(String kind) {}

        /** A stream had to list again. */
        default void relisted(String kind, String why) {}
    }

    /** In which encoding Pods are asked for; a server that answers in the other one is understood. */
    public enum Encoding {
        /** Costs the API server and this process less. */
        PROTOBUF,
        JSON
    }

    /** @param namespaces none means all */
    public PodStream(
            ClusterAccess access, List<String> namespaces, PodCache cache, StreamMetrics metrics, InstantSource clock) {
        this.http = access.http(SILENCE);
        PodLister lister = new PodLister(access.server(), http, cache.parser());
        List<String> names = namespaces.isEmpty() ? List.of("") : namespaces;
        for (String namespace : names) {
            watches.add(new PodWatch(namespace, lister, cache, metrics, clock));
        }
    }

    /** Begins to stream on threads of its own; returns at once. */
    public void start() {
        for (PodWatch watch : watches) {
            threads.add(
                    Thread.ofVirtual().name("watch " + watch.health().name()).start(watch));
        }
    }

    /** One entry for each watch. */
    public List<ClusterCaches.StreamHealth> health() {
        return watches.stream().map(PodWatch::health).toList();
    }

    /** True once the cache holds all Pods that existed when the stream began. */
    public boolean isSynced() {
        return watches.stream().allMatch(watch -> watch.health().synced());
    }

    /** Ends all watches and waits for their threads. */
    @Override
    public void close() {
        watches.forEach(PodWatch::stop);
        http.dispatcher().cancelAll();
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        ClusterAccess.shut(http);
    }
}
