package io.kusionstack.operating.host.kube.cache;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.ApiResponse;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An {@link ObjectCache} fed by informers, one for each namespace in scope or one for all, and by the responses of our own
 * writes. Of two states of one object the one with the higher resourceVersion stays, within one
 * epoch.
 */
final class InformerCache<T extends HasMetadata> implements ObjectCache<T>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InformerCache.class);

    private final Class<T> type;
    private final KubernetesClient client;
    private final InstantSource clock;
    private final List<String> namespaces;
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<Key, T> objects = new ConcurrentHashMap<>();
    private final List<ObjectCache.ObjectListener<T>> listeners = new CopyOnWriteArrayList<>();
    // what was shown since the epoch began; guarded by changing
    private final Set<Key> shown = new HashSet<>();
    private volatile boolean listsAgain;
    private volatile List<SharedIndexInformer<T>> informers;
    private final LastConnected lastConnected = new LastConnected();

    /** @param namespaces none means all */
    InformerCache(Class<T> type, KubernetesClient client, List<String> namespaces, InstantSource clock) {
        this.type = type;
        this.client = client;
        this.clock = clock;
        this.namespaces = List.copyOf(namespaces);
        this.informers = prepared();
    }

    private List<SharedIndexInformer<T>> prepared() {
        List<SharedIndexInformer<T>> fresh = new ArrayList<>();
        if (namespaces.isEmpty()) {
            fresh.add(prepared(client.resources(type).inAnyNamespace().runnableInformer(0)));
        }
        for (String namespace : namespaces) {
            fresh.add(prepared(client.resources(type).inNamespace(namespace).runnableInformer(0)));
        }
        return List.copyOf(fresh);
    }

    private SharedIndexInformer<T> prepared(SharedIndexInformer<T> informer) {
        informer.exceptionHandler((started, cause) -> {
            LOG.atWarn()
                    .addKeyValue("kind", type.getSimpleName())
                    .addKeyValue("cause", String.valueOf(cause))
                    .log("A watch broke; it is resumed");
            return true;
        });
        informer.addEventHandler(new InformerFeed(informer));
        informer.stopped()
                .whenComplete((nothing, cause) -> LOG.atInfo()
                        .addKeyValue("kind", type.getSimpleName())
                        .addKeyValue("cause", String.valueOf(cause))
                        .log("An informer has stopped"));
        return informer;
    }

    /** Begins to watch; returns at once. */
    void start() {
        informers.forEach(SharedIndexInformer::start);
    }

    /**
     * A new epoch has begun: lists all again, for a watch from a later version would stay silent.
     * What was known stays until the list is there; meanwhile the cache is not synced. Returns at once.
     */
    void listAgain() {
        final List<SharedIndexInformer<T>> old;
        changing.lock();
        try {
            old = informers;
            informers = prepared();
            shown.clear();
            listsAgain = true;
        } finally {
            changing.unlock();
        }
        old.forEach(SharedIndexInformer::close);
        start();
    }

    /** True once all objects that existed at the start, or when the epoch began, are known. */
    public boolean isSynced() {
        boolean synced = informers.stream().allMatch(SharedIndexInformer::hasSynced);
        if (synced && listsAgain) {
            settle();
        }
        return synced;
    }

    /** Whatever the informers have not told yet is told now, and what they do not have goes. */
    private void settle() {
        changing.lock();
        try {
            if (!listsAgain || !informers.stream().allMatch(SharedIndexInformer::hasSynced)) {
                return;
            }
            Set<Key> present = new HashSet<>();
            for (SharedIndexInformer<T> informer : informers) {
                for (T object : informer.getStore().list()) {
                    present.add(keyOf(object));
                    show(object);
                }
            }
            for (Map.Entry<Key, T> known : objects.entrySet()) {
                if (!present.contains(known.getKey())) {
                    remove(known.getValue());
                }
            }
            listsAgain = false;
        } finally {
            changing.unlock();
        }
    }

    /** To be called with the lock. */
    private void show(T object) {
        T known = objects.get(keyOf(object));
        boolean first = shown.add(keyOf(object));
        if (known == null
                || !isSame(known, object)
                || versionOf(known) < versionOf(object)
                || (first && versionOf(known) != versionOf(object))) {
            put(known, object);
        }
    }

    /** To be called with the lock. */
    private void remove(T known) {
        objects.remove(keyOf(known));
        shown.remove(keyOf(known));
        listeners.forEach(listener -> listener.changed(known, null));
    }

    /**
     * One entry for all its informers. A kind that rarely changes is silent, so an open watch counts as heard of; a closed one counts
     * from the first request for its health that found it closed.
     */
    public ClusterCaches.StreamHealth health() {
        boolean watching = informers.stream().allMatch(SharedIndexInformer::isWatching)
                && informers.stream()
                        .noneMatch(informer ->
                                informer.stopped().toCompletableFuture().isDone());
        Instant lastHeard = lastConnected.at(watching, clock.instant());
        return new ClusterCaches.StreamHealth(type.getSimpleName(), isSynced(), watching, lastHeard);
    }

    @Override
    public Optional<T> get(Key key) {
        return Optional.ofNullable(objects.get(key));
    }

    @Override
    public List<T> list(String namespace) {
        return objects.entrySet().stream()
                .filter(entry -> entry.getKey().namespace().equals(namespace))
                .map(Map.Entry::getValue)
                .toList();
    }

    @Override
    public void onChange(ObjectCache.ObjectListener<T> listener) {
        changing.lock();
        try {
            listeners.add(listener);
            objects.values().forEach(object -> listener.changed(null, object));
        } finally {
            changing.unlock();
        }
    }

    /** The response of a write: replaces an older state of the same object, never brings one back. */
    void learn(JsonNode response) {
        Optional<T> read = read(response);
        if (read.isEmpty()) {
            return;
        }
        T object = read.get();
        changing.lock();
        try {
            T known = objects.get(keyOf(object));
            if (!listsAgain && known != null && isSame(known, object) && versionOf(known) < versionOf(object)) {
                put(known, object);
            }
        } finally {
            changing.unlock();
        }
    }

    /** Empty where the response is none of an object that can be read: then the watch tells. */
    private Optional<T> read(JsonNode response) {
        try {
            return response.path("metadata").isObject()
                    ? Optional.of(client.getKubernetesSerialization().convertValue(response, type))
                    : Optional.empty();
        } catch (IllegalArgumentException unreadable) {
            LOG.atWarn()
                    .addKeyValue("kind", type.getSimpleName())
                    .addKeyValue("namespace", response.at("/metadata/namespace").asText())
                    .addKeyValue("name", response.at("/metadata/name").asText())
                    .addKeyValue("cause", unreadable.getMessage())
                    .log("A response cannot be read; the watch will tell");
            return Optional.empty();
        }
    }

    private void put(@Nullable T before, T after) {
        objects.put(keyOf(after), after);
        listeners.forEach(listener -> listener.changed(before, after));
    }

    private static boolean isSame(HasMetadata one, HasMetadata other) {
        return one.getMetadata().getUid().equals(other.getMetadata().getUid());
    }

    private static Key keyOf(HasMetadata object) {
        return new Key(object.getMetadata().getNamespace(), object.getMetadata().getName());
    }

    private static long versionOf(HasMetadata object) {
        return ApiResponse.version(object.getMetadata().getResourceVersion());
    }

    @Override
    public void close() {
        informers.forEach(SharedIndexInformer::close);
    }

    /** What one informer shows, as long as it is in use. */
    private final class InformerFeed implements ResourceEventHandler<T> {
        private final SharedIndexInformer<T> source;

        InformerFeed(SharedIndexInformer<T> source) {
            this.source = source;
        }

        @Override
        public void onAdd(T object) {
            observe(object);
        }

        @Override
        public void onUpdate(T before, T after) {
            observe(after);
        }

        @Override
        public void onDelete(T object, boolean deletedFinalStateUnknown) {
            changing.lock();
            try {
                T known = objects.get(keyOf(object));
                if (informers.contains(source) && known != null && isSame(known, object)) {
                    remove(known);
                }
            } finally {
                changing.unlock();
            }
        }

        private void observe(T object) {
            changing.lock();
            try {
                if (informers.contains(source)) {
                    show(object);
                }
            } finally {
                changing.unlock();
            }
        }
    }
}
