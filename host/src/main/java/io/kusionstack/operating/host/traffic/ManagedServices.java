package io.kusionstack.operating.host.traffic;

import io.fabric8.kubernetes.api.model.Service;
import io.kusionstack.operating.host.kernel.Key;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The Services that plugins serve. One that goes together with its finalizer is kept as it was last, as one that is being deleted,
 * until nothing of it is left: its record says where its Pods may still get requests. Any thread.
 */
final class ManagedServices {
    private final Map<String, Map<Key, Employment>> byNamespace = new ConcurrentHashMap<>();
    private final Map<Key, Employment> departed = new ConcurrentHashMap<>();

    void changed(@Nullable Service before, @Nullable Service after) {
        Optional<Employment> was = Optional.ofNullable(before).map(Employment::of);
        Optional<Employment> now = Optional.ofNullable(after).map(Employment::of);
        was.filter(old -> now.filter(same -> same.ref().equals(old.ref())).isEmpty())
                .ifPresent(this::leave);
        now.ifPresent(this::put);
    }

    private void leave(Employment last) {
        Employment gone = last.departed();
        if (gone.held()) {
            departed.put(gone.key(), gone);
        }
        put(gone);
    }

    private void put(Employment employment) {
        byNamespace.compute(employment.ref().namespace(), (namespace, known) -> {
            Map<Key, Employment> all = known == null ? new LinkedHashMap<>() : new LinkedHashMap<>(known);
            all.remove(employment.key());
            if (employment.isManaged()) {
                all.put(employment.key(), employment);
            }
            return all.isEmpty() ? null : Collections.unmodifiableMap(all);
        });
    }

    Collection<Employment> of(String namespace) {
        return byNamespace.getOrDefault(namespace, Map.of()).values();
    }

    Optional<Employment> get(Key service) {
        return Optional.ofNullable(
                byNamespace.getOrDefault(service.namespace(), Map.of()).get(service));
    }

    /** The last one of this name that went together with its finalizer, as long as something of it may be left. */
    Optional<Employment> departed(Key service) {
        return Optional.ofNullable(departed.get(service));
    }

    /** Nothing of the one that went is left, or its successor looks after that. */
    void forget(Key service) {
        departed.remove(service);
        get(service).filter(known -> !known.exists()).ifPresent(gone -> remove(service, gone));
    }

    private void remove(Key service, Employment gone) {
        byNamespace.computeIfPresent(service.namespace(), (namespace, known) -> {
            Map<Key, Employment> all = new LinkedHashMap<>(known);
            all.remove(service, gone);
            return all.isEmpty() ? null : Collections.unmodifiableMap(all);
        });
    }
}
