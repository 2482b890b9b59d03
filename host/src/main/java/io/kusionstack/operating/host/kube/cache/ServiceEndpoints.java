package io.kusionstack.operating.host.kube.cache;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.PodCondition;
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
import org.jspecify.annotations.Nullable;

/**
 * Which endpoints may still get requests to a Pod: a Pod in the EndpointSlices of any Service that exists and
 * selects it is held until all of them show it not ready, and for the settle time after; also where a plugin serves the
 * Service, for callers inside the cluster go by the slices. A slice of a Service that is gone, has no selector or does
 * not select the Pod holds none: no controller follows it any more. Services that publish Pods that are not ready are
 * left out, for their slices never show it. No Pod is held for longer than 5 minutes after its gate was closed: then no
 * controller keeps the slices.
 *
 * <p>Knows when a Pod left the endpoints only from its own watching; after a start the settle time begins anew, which is
 * the safe side. Any thread; never blocks.
 */
final class ServiceEndpoints implements Endpoints {
    private static final String SERVICE_NAME = "kubernetes.io/service-name";
    /** Slices wake by events; this only covers one that was missed. */
    private static final Duration STILL_LISTED = Duration.ofSeconds(10);

    /** A slice may be seen this much before its Service. */
    private static final Duration SERVICE_UNSEEN = Duration.ofSeconds(10);

    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final Duration settle;
    private final ObjectCache<Service> services;
    private final PodCache pods;
    private final InstantSource clock;
    private final Consumer<Key> podKeys;
    private final Map<String, Map<Key, SliceEndpoint>> byPod = new ConcurrentHashMap<>();

    /**
     * A Pod's place in one slice.
     *
     * @param since when it was first seen to be so
     */
    private record SliceEndpoint(Key service, Key pod, boolean ready, Instant since) {}

    /**
     * @param settle how long a Pod is spared after it left, zero for not at all
     * @param podKeys takes the Pods whose place changed; only enqueues
     */
    public ServiceEndpoints(
            Duration settle, ObjectCache<Service> services, PodCache pods, InstantSource clock, Consumer<Key> podKeys) {
        this.settle = settle;
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
        Map<String, SliceEndpoint> was = before == null ? Map.of() : standings(before);
        Map<String, SliceEndpoint> is = after == null ? Map.of() : standings(after);
        is.forEach((uid, standing) -> {
            SliceEndpoint old = was.get(uid);
            if (old == null || old.ready() != standing.ready()) {
                note(uid, key, standing);
            }
        });
        was.forEach((uid, standing) -> {
            if (!is.containsKey(uid)) {
                note(uid, key, new SliceEndpoint(standing.service(), standing.pod(), false, clock.instant()));
            }
        });
    }

    private void note(String uid, Key slice, SliceEndpoint standing) {
        byPod.compute(uid, (pod, standings) -> {
            if (!standing.ready() && pods.byUid(pod).isEmpty()) {
                return null;
            }
            Map<Key, SliceEndpoint> all = standings == null ? new HashMap<>() : new HashMap<>(standings);
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
    public List<Endpoints.HoldingEndpoint> holding(PodRecord pod, Instant now) {
        Map<Key, SliceEndpoint> standings = settle.isZero() ? Map.of() : byPod.getOrDefault(pod.uid(), Map.of());
        if (standings.isEmpty() || isHeldLongEnough(pod, now)) {
            return List.of();
        }
        List<Endpoints.HoldingEndpoint> held = new ArrayList<>();
        standings.forEach((slice, standing) -> held(pod, slice, standing, now).ifPresent(held::add));
        return held;
    }

    private static boolean isHeldLongEnough(PodRecord pod, Instant now) {
        return pod.condition(Names.SERVICE_READY)
                .filter(PodCondition::isFalse)
                .filter(gate -> !now.isBefore(gate.lastTransition().plus(LONGEST)))
                .isPresent();
    }

    private Optional<Endpoints.HoldingEndpoint> held(PodRecord pod, Key slice, SliceEndpoint standing, Instant now) {
        Duration seen = Duration.between(standing.since(), now);
        Duration left = settle.minus(seen);
        if (!standing.ready() && !left.isPositive()) {
            return Optional.empty();
        }
        Optional<Service> service = services.get(standing.service());
        if (service.isEmpty()) {
            Duration unseen = SERVICE_UNSEEN.minus(seen);
            return standing.ready() && unseen.isPositive()
                    ? Optional.of(waiting(standing, unseenService(slice), unseen))
                    : Optional.empty();
        }
        if (!selects(service.get(), pod)
                || Boolean.TRUE.equals(service.get().getSpec().getPublishNotReadyAddresses())) {
            return Optional.empty();
        }
        return Optional.of(
                standing.ready() ? waiting(standing, listed(slice), STILL_LISTED) : settling(standing, left));
    }

    private static Endpoints.HoldingEndpoint waiting(SliceEndpoint standing, String message, Duration after) {
        String service = "Service " + standing.service();
        return new Endpoints.HoldingEndpoint(
                new Wait(Reason.WAITING_FOR_TRAFFIC_OFF, service, service + message), after);
    }

    private static String listed(Key slice) {
        return " still lists the Pod as ready in EndpointSlice " + slice + "; if it does not change, see whether "
                + "kube-controller-manager runs, or delete the slice; the Pod waits for at most " + LONGEST.toMinutes()
                + " minutes";
    }

    private static String unseenService(Key slice) {
        return " was not seen yet, and its EndpointSlice " + slice + " lists the Pod as ready; if the Service is gone, "
                + "delete the slice; the Pod waits for at most " + SERVICE_UNSEEN.toSeconds() + " s";
    }

    private Endpoints.HoldingEndpoint settling(SliceEndpoint standing, Duration left) {
        String service = "Service " + standing.service();
        String message = service + " lists the Pod no more; its callers get " + settle.toMillis() + " ms to notice";
        return new Endpoints.HoldingEndpoint(new Wait(Reason.SETTLING_AFTER_DEREGISTER, service, message), left);
    }

    static boolean selects(Service service, PodRecord pod) {
        Map<String, String> selector = service.getSpec().getSelector();
        return selector != null
                && !selector.isEmpty()
                && pod.namespace().equals(service.getMetadata().getNamespace())
                && pod.labels().entrySet().containsAll(selector.entrySet());
    }

    private Map<String, SliceEndpoint> standings(EndpointSlice slice) {
        Map<String, SliceEndpoint> standings = new HashMap<>();
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
                        new SliceEndpoint(
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
