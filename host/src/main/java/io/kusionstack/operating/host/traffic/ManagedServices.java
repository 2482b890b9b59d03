package io.kusionstack.operating.host.traffic;

import io.fabric8.kubernetes.api.model.Service;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.ObjectRef;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The Services that plugins serve. A Service that is gone together with its finalizer is kept in its last state, as one that is being
 * deleted and selects no Pod, until no backend of it is left: its record names the load balancers where its Pods may still get requests.
 * A successor of the same name takes that over with a record of its own. Any thread.
 */
final class ManagedServices {
    private final Map<String, Map<Key, ManagedService>> byNamespace = new ConcurrentHashMap<>();
    private final Map<Key, ManagedService> departed = new ConcurrentHashMap<>();
    /** From which the host takes its finalizer: their going is no surprise. */
    private final Map<Key, ObjectRef> released = new ConcurrentHashMap<>();

    synchronized void changed(@Nullable Service before, @Nullable Service after) {
        Optional<ManagedService> was = Optional.ofNullable(before).map(ManagedService::of);
        Optional<ManagedService> now = Optional.ofNullable(after).map(ManagedService::of);
        was.filter(old -> now.filter(same -> same.ref().equals(old.ref())).isEmpty())
                .ifPresent(this::leave);
        now.ifPresent(service -> {
            if (service.wanted()) {
                released.remove(service.key());
            }
            put(service.key(), Optional.of(service).filter(ManagedService::isManaged));
        });
    }

    private void leave(ManagedService last) {
        boolean isReleased = released.remove(last.key(), last.ref());
        boolean isFirst = !departed.containsKey(last.key());
        if (last.held() && !isReleased && (last.hasRecord() || isFirst)) {
            departed.put(last.key(), last.departed());
        }
        put(last.key(), Optional.empty());
    }

    private void put(Key key, Optional<ManagedService> managed) {
        Optional<ManagedService> kept = managed.or(() -> departed(key));
        byNamespace.compute(key.namespace(), (namespace, known) -> {
            Map<Key, ManagedService> all = known == null ? new LinkedHashMap<>() : new LinkedHashMap<>(known);
            all.remove(key);
            kept.ifPresent(service -> all.put(key, service));
            return all.isEmpty() ? null : Collections.unmodifiableMap(all);
        });
    }

    /** Those of the namespace, and those that are gone and not forgotten. */
    Collection<ManagedService> of(String namespace) {
        return byNamespace.getOrDefault(namespace, Map.of()).values();
    }

    /** The Service, or the one that is gone and not forgotten. */
    Optional<ManagedService> get(Key service) {
        return Optional.ofNullable(
                byNamespace.getOrDefault(service.namespace(), Map.of()).get(service));
    }

    /** The last one of this name that went together with its finalizer, as long as something of it may be left. */
    Optional<ManagedService> departed(Key service) {
        return Optional.ofNullable(departed.get(service));
    }

    /** False if {@code stored}, the Service in the cache, is newer or older than the Service here. */
    boolean isInStep(Key service, Optional<ManagedService> stored) {
        return get(service)
                .filter(known -> known.exists()
                        ? stored.filter(now -> now.ref().equals(known.ref())).isEmpty()
                        : stored.filter(now -> now.hasBecome(known)).isPresent())
                .isEmpty();
    }

    /** The host is about to take its finalizer from the Service. */
    synchronized void release(ManagedService managedService) {
        released.put(managedService.key(), managedService.ref());
    }

    /** The finalizer is still there. */
    synchronized void hold(ManagedService managedService) {
        released.remove(managedService.key(), managedService.ref());
    }

    /** Nothing of the one that went is left, or its successor looks after that; another one that has gone since is kept. */
    synchronized void forget(ManagedService gone) {
        departed.remove(gone.key(), gone);
        Optional<ManagedService> known = get(gone.key());
        if (known.filter(gone::equals).isPresent()) {
            put(gone.key(), Optional.empty());
        }
    }
}
