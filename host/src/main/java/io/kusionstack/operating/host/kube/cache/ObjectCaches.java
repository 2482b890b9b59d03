package io.kusionstack.operating.host.kube.cache;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kusionstack.operating.host.kube.ClusterAccess;
import io.kusionstack.operating.host.plan.ObjectKind;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The caches of all small kinds, on one client of fabric8.
 *
 * <pre>{@code
 * ObjectCaches caches = new ObjectCaches(access, List.of("shop"), clock);
 * ObjectCache<CollaSet> sets = caches.of(ObjectKind.COLLASET, CollaSet.class);
 * ObjectCache<EndpointSlice> slices = caches.of(EndpointSlice.class);
 * caches.start();
 * }</pre>
 *
 * <p>Caches are asked for before the start, on one thread.
 */
final class ObjectCaches implements AutoCloseable {
    private final KubernetesClient client;
    private final List<String> namespaces;
    private final InstantSource clock;
    private final NodeCache nodes;
    private final List<InformerCache<?>> all = new ArrayList<>();
    private final Map<ObjectKind, InformerCache<?>> byKind = new EnumMap<>(ObjectKind.class);

    /** @param namespaces none means all */
    public ObjectCaches(ClusterAccess access, List<String> namespaces, InstantSource clock) {
        this.client = access.fabric8();
        this.namespaces = List.copyOf(namespaces);
        this.clock = clock;
        this.nodes = new NodeCache(client);
    }

    /** The cache of nodes, which is there in any case. */
    public NodeCache nodes() {
        return nodes;
    }

    /** A cache of a kind that the host writes too: it learns from the responses. */
    public <T extends HasMetadata> InformerCache<T> of(ObjectKind kind, Class<T> type) {
        InformerCache<T> cache = of(type);
        byKind.put(kind, cache);
        return cache;
    }

    /** A cache of a kind that is only read. */
    public <T extends HasMetadata> InformerCache<T> of(Class<T> type) {
        InformerCache<T> cache = new InformerCache<>(type, client, namespaces, clock);
        all.add(cache);
        return cache;
    }

    /** Begins to watch; returns at once. */
    public void start() {
        nodes.start();
        all.forEach(InformerCache::start);
    }

    /** A new epoch has begun: lists everything again. Returns at once. */
    public void listAgain() {
        nodes.listAgain();
        all.forEach(InformerCache::listAgain);
    }

    /** True once all caches know what existed at the start. */
    public boolean isSynced() {
        return nodes.isSynced() && all.stream().allMatch(InformerCache::isSynced);
    }

    /** One entry for each kind; none for nodes where they may not be read. */
    public List<ClusterCaches.StreamHealth> health() {
        List<ClusterCaches.StreamHealth> health = new ArrayList<>();
        nodes.health(clock.instant()).ifPresent(health::add);
        all.forEach(cache -> health.add(cache.health()));
        return health;
    }

    /** Takes the response of a write into the cache of its kind. */
    void learn(ObjectKind kind, JsonNode response) {
        InformerCache<?> cache = byKind.get(kind);
        if (cache != null) {
            cache.learn(response);
        }
    }

    @Override
    public void close() {
        nodes.close();
        all.forEach(InformerCache::close);
        client.close();
    }
}
