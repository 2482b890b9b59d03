package io.kusionstack.operating.host.kube;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.Employers;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who still sends to a Pod by way of plain Services: a Pod that stands in their EndpointSlices is held until all of them
 * show it not ready, and for the settle time after. Services that publish Pods that are not ready are left out, for their
 * slices never show it; and those that a plugin serves, for the plugin tells it better. Also tells whether a Service still selects a Pod.
 *
 * <p>Knows when a Pod left the endpoints only from its own watching; after a start the settle time begins anew, which is
 * the safe side. Any thread; never blocks.
 */
public final class ServiceEndpoints implements Endpoints, Employers {
    private static final String SERVICE_NAME = "kubernetes.io/service-name";
    private static final String SERVICE_PREFIX = "Service/";
    /** Slices wake by events; this only covers one that was missed. */
    private static final Duration STILL_LISTED = Duration.ofSeconds(10);

    private final Sparing sparing;
    private final ObjectCache<Service> services;
    private final PodCache pods;
    private final InstantSource clock;
    private final Consumer<Key> podKeys;
    private final Map<String, Map<Key, Standing>> byPod = new ConcurrentHashMap<>();

    /**
     * A Pod's place in one slice.
     *
     * @param since when it was first seen to be so
     */
    private record Standing(Key service, Key pod, boolean ready, Instant since) {}

    /**
     * Which Pods are spared, and how long.
     *
     * @param settle how long after a Pod left, zero for not at all
     * @param served true for Services that a plugin serves
     */
    public record Sparing(Duration settle, Predicate<Key> served) {}

    /** @param podKeys takes the Pods whose place changed; only enqueues */
    public ServiceEndpoints(
            Sparing sparing, ObjectCache<Service> services, PodCache pods, InstantSource clock, Consumer<Key> podKeys) {
        this.sparing = sparing;
        this.services = services;
        this.pods = pods;
        this.clock = clock;
        this.podKeys = podKeys;
    }

    /** Follows the slices from now on, and knows those that are there. */
    public void listenTo(ObjectCache<EndpointSlice> slices) {
        slices.onChange(this::sliceChanged);
        pods.onChange(this::podChanged);
    }

    void sliceChanged(@Nullable EndpointSlice before, @Nullable EndpointSlice after) {
        EndpointSlice slice = after == null ? before : after;
        if (slice == null) {
            return;
        }
        Key key =
                new Key(slice.getMetadata().getNamespace(), slice.getMetadata().getName());
        Map<String, Standing> was = before == null ? Map.of() : standings(before);
        Map<String, Standing> is = after == null ? Map.of() : standings(after);
        is.forEach((uid, standing) -> {
            Standing old = was.get(uid);
            if (old == null || old.ready() != standing.ready()) {
                note(uid, key, standing);
            }
        });
        was.forEach((uid, standing) -> {
            if (!is.containsKey(uid)) {
                note(uid, key, new Standing(standing.service(), standing.pod(), false, clock.instant()));
            }
        });
    }

    private void note(String uid, Key slice, Standing standing) {
        byPod.compute(uid, (pod, standings) -> {
            if (!standing.ready() && pods.byUid(pod).isEmpty()) {
                return null;
            }
            Map<Key, Standing> all = standings == null ? new HashMap<>() : new HashMap<>(standings);
            all.put(slice, standing);
            return Map.copyOf(all);
        });
        podKeys.accept(standing.pod());
    }

    private void podChanged(@Nullable PodRecord before, @Nullable PodRecord after) {
        if (before != null && after == null) {
            byPod.remove(before.uid());
        }
    }

    @Override
    public List<Held> holding(PodRecord pod, Instant now) {
        Duration settle = sparing.settle();
        if (settle.isZero()) {
            return List.of();
        }
        List<Held> held = new ArrayList<>();
        for (Standing standing : byPod.getOrDefault(pod.uid(), Map.of()).values()) {
            Duration left = settle.minus(Duration.between(standing.since(), now));
            if (publishesNotReady(standing.service()) || sparing.served().test(standing.service())) {
                continue;
            }
            if (standing.ready()) {
                held.add(held(Reason.WAITING_FOR_TRAFFIC_OFF, standing, " still lists the Pod as ready", STILL_LISTED));
            } else if (left.isPositive()) {
                held.add(held(
                        Reason.SETTLING_AFTER_DEREGISTER,
                        standing,
                        " lists the Pod no more; its callers get " + settle.toMillis() + " ms to notice",
                        left));
            }
        }
        return held;
    }

    private static Held held(Reason reason, Standing standing, String message, Duration after) {
        String service = "Service " + standing.service();
        return new Held(new Wait(reason, service, service + message), after);
    }

    private boolean publishesNotReady(Key service) {
        return services.get(service)
                .map(found -> Boolean.TRUE.equals(found.getSpec().getPublishNotReadyAddresses()))
                .orElse(false);
    }

    /** Only a Service is looked up; every other kind may still come. */
    @Override
    public boolean employs(PodRecord pod, String employer) {
        String[] parts = employer.split("/", -1);
        if (!employer.startsWith(SERVICE_PREFIX) || parts.length != 3) {
            return true;
        }
        return services.get(new Key(parts[1], parts[2]))
                .map(service -> selects(service, pod))
                .orElse(false);
    }

    private static boolean selects(Service service, PodRecord pod) {
        Map<String, String> selector = service.getSpec().getSelector();
        return selector != null
                && !selector.isEmpty()
                && pod.namespace().equals(service.getMetadata().getNamespace())
                && pod.labels().entrySet().containsAll(selector.entrySet());
    }

    private Map<String, Standing> standings(EndpointSlice slice) {
        Map<String, Standing> standings = new HashMap<>();
        String name = slice.getMetadata().getLabels() == null
                ? null
                : slice.getMetadata().getLabels().get(SERVICE_NAME);
        if (name == null) {
            return standings;
        }
        Key service = new Key(slice.getMetadata().getNamespace(), name);
        // The API server sends null for a slice without endpoints.
        for (Endpoint endpoint : Optional.ofNullable(slice.getEndpoints()).orElse(List.of())) {
            ObjectReference pod = endpoint.getTargetRef();
            if (pod != null && "Pod".equals(pod.getKind()) && pod.getUid() != null) {
                standings.merge(
                        pod.getUid(),
                        new Standing(
                                service,
                                new Key(service.namespace(), pod.getName()),
                                isReady(endpoint),
                                clock.instant()),
                        (one, other) -> one.ready() ? one : other);
            }
        }
        return standings;
    }

    /** Absent means ready, says the API. */
    private static boolean isReady(Endpoint endpoint) {
        return endpoint.getConditions() == null
                || !Boolean.FALSE.equals(endpoint.getConditions().getReady());
    }
}
