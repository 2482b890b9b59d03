package io.kusionstack.operating.host.traffic;

import io.fabric8.kubernetes.api.model.Service;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.plan.Employers;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Obstacles;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The traffic of Pods of Services that a plugin serves, for other rooms. A Pod whose gate was closed is held until an observation that
 * began after the host had learnt that showed no backend of the Pod, whether a finalizer is on the Pod or not.
 *
 * <p>Tickets keep the order of events: each Pod that has to be off has the ticket under which the host learnt that, each observation the
 * ticket under which it began. Any thread; never blocks.
 */
public final class PodTraffic implements Endpoints, Employers, Obstacles {
    private static final Duration UNSEEN = Duration.ofSeconds(5);

    private final InstantSource clock;
    private final Consumer<Key> podKeys;
    private final AtomicLong tickets = new AtomicLong();
    private final OffTickets offs;
    private final ManagedServices services = new ManagedServices();
    private final TrafficStatuses statuses;
    private final TrafficObstacles obstacles;
    private final GroupClaims claims = new GroupClaims();

    /** @param podKeys takes the Pods whose lifecycle may go on though nothing is written to them; only enqueues */
    public PodTraffic(InstantSource clock, Consumer<Key> podKeys) {
        this.clock = clock;
        this.podKeys = podKeys;
        this.offs = new OffTickets(this::tick, clock);
        this.statuses = new TrafficStatuses(clock);
        this.obstacles = new TrafficObstacles(services, statuses);
    }

    /** Follows Pods and Services from now on; to be called before any other listener is added that asks this object. */
    public void listenTo(PodCache pods, ObjectCache<Service> services) {
        pods.onChange(this::podChanged);
        services.onChange(this::serviceChanged);
    }

    void podChanged(@Nullable PodRecord before, @Nullable PodRecord after) {
        offs.podChanged(before, after);
    }

    /** The Services that plugins serve. */
    ManagedServices services() {
        return services;
    }

    /** Which Service has its backends in which group. */
    GroupClaims claims() {
        return claims;
    }

    void serviceChanged(@Nullable Service before, @Nullable Service after) {
        services.changed(before, after);
        Optional<ManagedService> gone = Optional.ofNullable(before)
                .map(ManagedService::of)
                .flatMap(was -> services.departed(was.key()).filter(was::hasBecome));
        gone.ifPresent(claims::departed);
        claims.serviceChanged(gone.isPresent() ? null : before, after);
    }

    /** What the last observation of each Service showed. */
    TrafficStatuses statuses() {
        return statuses;
    }

    InstantSource clock() {
        return clock;
    }

    Instant now() {
        return clock.instant();
    }

    /** The lifecycle of the Pod may go on. */
    void wake(Key pod) {
        podKeys.accept(pod);
    }

    /** The next ticket: everything that the host learns from now on has a higher one. */
    long tick() {
        return tickets.incrementAndGet();
    }

    Optional<OffTicket> off(PodRecord pod) {
        return offs.off(pod);
    }

    /** As {@link OffTickets#back}. */
    long back(PodRecord pod) {
        return offs.back(pod);
    }

    @Override
    public List<Wait> ahead(PodRecord pod, String operation) {
        return obstacles.ahead(servicesOf(pod), pod, operation);
    }

    @Override
    public List<Wait> lasting(PodRecord pod, String operation, Instant now) {
        return obstacles.lasting(servicesOf(pod), now);
    }

    /** Nothing of a Service that is gone is left, or its successor has taken it over. */
    void forget(ManagedService departed) {
        services.forget(departed);
        claims.forget(departed, services.get(departed.key()));
    }

    /** True if a plugin looks after the backends of this Service. */
    public boolean serves(Key service) {
        return services.get(service).isPresent();
    }

    @Override
    public List<Endpoints.HoldingEndpoint> holding(PodRecord pod, Instant now) {
        List<Endpoints.HoldingEndpoint> held = new ArrayList<>();
        for (Key service : servicesOf(pod)) {
            Optional<PodTrafficStatus> known = statuses.of(service, pod);
            if (!isClear(pod, known)) {
                List<Wait> waits = known.map(PodTrafficStatus::waits).orElse(List.of());
                held.add(new Endpoints.HoldingEndpoint(
                        waits.isEmpty()
                                ? WaitMessages.notLookedYet("traffic of Service " + service, false)
                                : waits.getFirst(),
                        UNSEEN));
            }
        }
        return held;
    }

    /** True if the Pod was observed off everywhere since it had to be off. */
    boolean isClear(PodRecord pod, Optional<PodTrafficStatus> known) {
        Optional<OffTicket> off = off(pod);
        return off.isPresent()
                && known.filter(status -> status.clearAt() > off.get().ticket()).isPresent();
    }

    /** The Services that want the Pod, or may have backends of it. */
    List<Key> servicesOf(PodRecord pod) {
        List<Key> services = new ArrayList<>();
        for (ManagedService managedService : this.services.of(pod.namespace())) {
            boolean unasked = !statuses.in(pod.namespace()).containsKey(managedService.key());
            if (managedService.selects(pod) && (managedService.wanted() || unasked)
                    || unasked && managedService.recordedPods().contains(pod.name())) {
                services.add(managedService.key());
            }
        }
        statuses.in(pod.namespace()).forEach((service, all) -> {
            if (all.pods().containsKey(pod.uid()) && !services.contains(service)) {
                services.add(service);
            }
        });
        return services;
    }

    /** The existence of the Service is checked elsewhere. */
    @Override
    public boolean employs(PodRecord pod, String employer) {
        return true;
    }

    @Override
    public SortedMap<String, String> expected(PodRecord pod) {
        SortedMap<String, String> expected = Collections.emptySortedMap();
        for (ManagedService managedService : services.of(pod.namespace())) {
            if (managedService.wanted() && managedService.selects(pod)) {
                expected = expected.isEmpty() ? new TreeMap<>() : expected;
                expected.put(managedService.expectedKey(), managedService.finalizer());
            }
        }
        return expected;
    }

    /** After a drain that was broken off, a Pod may have its finalizer and get no requests yet. */
    @Override
    public Optional<Wait> returning(PodRecord pod) {
        long back = back(pod);
        if (back == 0) {
            return Optional.empty();
        }
        for (ManagedService managedService : services.of(pod.namespace())) {
            Optional<PodTrafficStatus> known = statuses.of(managedService.key(), pod);
            boolean isOn = known.filter(status -> status.onAt() > back).isPresent();
            if (managedService.wanted() && managedService.selects(pod) && !isOn) {
                return known.flatMap(status -> status.waits().stream().findFirst())
                        .or(() -> Optional.of(
                                WaitMessages.notLookedYet("traffic of Service " + managedService.key(), true)));
            }
        }
        return Optional.empty();
    }

    /** Why the Pod waits to be on, or to be off. */
    public List<Wait> waits(PodRecord pod) {
        List<Wait> waits = new ArrayList<>();
        for (Key service : servicesOf(pod)) {
            waits.addAll(statuses.of(service, pod)
                    .map(PodTrafficStatus::waits)
                    .orElseGet(() -> List.of(
                            WaitMessages.notLookedYet("traffic of Service " + service, ServicePod.isFit(pod)))));
        }
        return waits;
    }

    /** A wait that does not pass by itself soon: to be on, to be off, or to leave service for an operation that the Pod is to come back from. */
    public Optional<Wait> trouble(PodRecord pod) {
        if (services.of(pod.namespace()).isEmpty()
                && statuses.in(pod.namespace()).isEmpty()) {
            return Optional.empty();
        }
        for (Key service : servicesOf(pod)) {
            Optional<PodTrafficStatus> known = statuses.of(service, pod);
            Optional<Wait> obstacle = statuses.of(service).flatMap(ServiceTrafficStatus::obstacle);
            Optional<Wait> lasting = known.stream()
                    .flatMap(status -> Stream.concat(status.waits().stream(), status.ahead().stream()))
                    .filter(wait -> !TrafficObstacles.isPassing(wait))
                    .findFirst()
                    .or(() -> obstacle.filter(wait -> !TrafficObstacles.isPassing(wait)));
            if (lasting.isPresent()) {
                return lasting;
            }
        }
        return Optional.empty();
    }

    /** The state of the Pod at each of its Services, as users see it. */
    public List<Explanation.ExplainedTraffic> shown(PodRecord pod) {
        return servicesOf(pod).stream()
                .flatMap(service -> statuses.of(service, pod).stream())
                .flatMap(known -> known.shown().stream())
                .sorted(Comparator.comparing(Explanation.ExplainedTraffic::employer))
                .toList();
    }

    /** When the first of its Services is reconciled next if nothing happens. */
    public Optional<Instant> nextLook(PodRecord pod) {
        return servicesOf(pod).stream()
                .flatMap(service -> statuses.of(service).stream())
                .flatMap(all -> all.nextLook().stream())
                .min(Comparator.naturalOrder());
    }
}
