package io.kusionstack.operating.host.kube;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.kusionstack.operating.host.kernel.Key;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An {@link ObjectCache} fed by informers, one for each namespace in scope or one for all, and by the responses of our own
 * writes. Of two states of one object the one with the higher resourceVersion stays.
 */
public final class InformerCache<T extends HasMetadata> implements ObjectCache<T>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InformerCache.class);

    private final Class<T> type;
    private final KubernetesClient client;
    private final InstantSource clock;
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<Key, T> objects = new ConcurrentHashMap<>();
    private final List<Listener<T>> listeners = new CopyOnWriteArrayList<>();
    private final List<SharedIndexInformer<T>> informers = new ArrayList<>();
    private volatile Instant lastWatching;

    /** @param namespaces none means all */
    InformerCache(Class<T> type, KubernetesClient client, List<String> namespaces, InstantSource clock) {
        this.type = type;
        this.client = client;
        this.clock = clock;
        this.lastWatching = clock.instant();
        if (namespaces.isEmpty()) {
            informers.add(prepared(client.resources(type).inAnyNamespace().runnableInformer(0)));
        }
        for (String namespace : namespaces) {
            informers.add(prepared(client.resources(type).inNamespace(namespace).runnableInformer(0)));
        }
    }

    private SharedIndexInformer<T> prepared(SharedIndexInformer<T> informer) {
        informer.exceptionHandler((started, cause) -> {
            LOG.atWarn()
                    .addKeyValue("kind", type.getSimpleName())
                    .addKeyValue("cause", String.valueOf(cause))
                    .log("A watch broke; it is resumed");
            return true;
        });
        informer.addEventHandler(new Feed());
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

    /** True once all objects that existed at the start are known. */
    public boolean isSynced() {
        return informers.stream().allMatch(SharedIndexInformer::hasSynced);
    }

    /** One entry for all its informers. A kind that rarely changes is silent, so an open watch counts as heard of. */
    public StreamHealth health() {
        boolean watching = informers.stream().allMatch(SharedIndexInformer::isWatching)
                && informers.stream()
                        .noneMatch(informer ->
                                informer.stopped().toCompletableFuture().isDone());
        if (watching) {
            lastWatching = clock.instant();
        }
        return new StreamHealth(type.getSimpleName(), isSynced(), watching, lastWatching);
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
    public void onChange(Listener<T> listener) {
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
        T object = client.getKubernetesSerialization().convertValue(response, type);
        changing.lock();
        try {
            T known = objects.get(keyOf(object));
            if (known != null && isSame(known, object) && versionOf(known) < versionOf(object)) {
                put(known, object);
            }
        } finally {
            changing.unlock();
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
        return PodParser.version(object.getMetadata().getResourceVersion());
    }

    @Override
    public void close() {
        informers.forEach(SharedIndexInformer::close);
    }

    /** What the informers show. */
    private final class Feed implements ResourceEventHandler<T> {
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
                if (known != null && isSame(known, object)) {
                    objects.remove(keyOf(object));
                    listeners.forEach(listener -> listener.changed(known, null));
                }
            } finally {
                changing.unlock();
            }
        }

        private void observe(T object) {
            changing.lock();
            try {
                T known = objects.get(keyOf(object));
                if (known == null || !isSame(known, object) || versionOf(known) < versionOf(object)) {
                    put(known, object);
                }
            } finally {
                changing.unlock();
            }
        }
    }
}
