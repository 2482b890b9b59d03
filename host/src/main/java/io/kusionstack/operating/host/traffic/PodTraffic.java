package io.kusionstack.operating.host.traffic;

import io.fabric8.kubernetes.api.model.Service;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.Employers;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Obstacles;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.traffic.Employer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The traffic of Pods of Services that a plugin serves, for other rooms. A Pod whose gate was closed
 * is held until an observation that began after the host had learnt so showed nothing of it, whether a finalizer is on it or not.
 *
 * <p>Keeps the order of events by tickets: each Pod that has to be off has the ticket under which the host learnt it, each
 * look the one under which it began. Any thread; never blocks.
 */
public final class PodTraffic implements Endpoints, Employers, Obstacles {
    private static final Set<Reason> PASSING = EnumSet.of(
            Reason.WAITING_FOR_TRAFFIC_OFF,
            Reason.WAITING_FOR_TRAFFIC_ON,
            Reason.DRAINING_CONNECTIONS,
            Reason.TRAFFIC_BACKEND_MISSING,
            Reason.TRAFFIC_THROTTLED,
            Reason.PLUGIN_BUSY);

    /** After so long an obstacle will not be gone in a moment. */
    private static final Duration LASTING = Duration.ofSeconds(30);

    private static final Duration UNSEEN = Duration.ofSeconds(5);

    private final InstantSource clock;
    private final AtomicLong tickets = new AtomicLong();
    private final OffTickets offs;
    private final ManagedServices services = new ManagedServices();
    private final Map<String, Map<Key, ServiceTrafficStatus>> told = new ConcurrentHashMap<>();
    /** Since when an obstacle of a Service that may last stands without a break. */
    private final Map<Key, Instant> since = new ConcurrentHashMap<>();

    private final GroupClaims claims = new GroupClaims();

    /**
     * What a Service's last observation said of a Pod.
     *
     * @param clearAt the ticket of the observation that showed nothing of it, or {@link BackendState#NO_LOOK}
     * @param onAt the ticket of the observation that showed all of it on where it is to be, or {@link BackendState#NO_LOOK}
     * @param ahead why it must not leave service for what it is to come back from: it gets requests, and could not be put on
     *     again
     */
    record PodTrafficStatus(
            long clearAt, long onAt, List<Wait> waits, Optional<Wait> ahead, List<Explanation.ExplainedTraffic> shown) {
        PodTrafficStatus {
            waits = List.copyOf(waits);
            shown = List.copyOf(shown);
        }
    }

    /**
     * What a Service's last observation said.
     *
     * @param pods by uid
     * @param obstacle why its plugin cannot take a Pod off now
     * @param described the Service as it was described when its plugin was last asked for all that follows from it
     * @param nextLook when it is looked at again though nothing happens
     */
    record ServiceTrafficStatus(
            Map<String, PodTrafficStatus> pods,
            Optional<Wait> obstacle,
            Employer described,
            Optional<Instant> nextLook) {
        ServiceTrafficStatus {
            pods = Map.copyOf(pods);
        }

        private boolean isAhead(ServiceTrafficStatus before) {
            return !before.obstacle.equals(obstacle)
                    || !before.described.equals(described)
                    || !before.staying().equals(staying());
        }

        private Set<String> staying() {
            Set<String> staying = new HashSet<>();
            pods.forEach((uid, known) -> known.ahead().ifPresent(why -> staying.add(uid)));
            return staying;
        }
    }

    public PodTraffic(InstantSource clock) {
        this.clock = clock;
        this.offs = new OffTickets(this::tick, clock);
    }

    /** Follows Pods and Services from now on; before whoever asks. */
    public void listenTo(PodCache pods, ObjectCache<Service> services) {
        pods.onChange(this::podChanged);
        services.onChange(this::serviceChanged);
    }

    void podChanged(@Nullable PodRecord before, @Nullable PodRecord after) {
        offs.podChanged(before, after);
    }

    /** Which Services plugins serve. */
    ManagedServices services() {
        return services;
    }

    /** Which Services have backends where. */
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

    /** The next ticket: all that the host learns from now on has a higher one. */
    long tick() {
        return tickets.incrementAndGet();
    }

    Optional<OffTickets.Off> off(PodRecord pod) {
        return offs.off(pod);
    }

    /** As {@link OffTickets#back}. */
    long back(PodRecord pod) {
        return offs.back(pod);
    }

    /** @return true if what is ahead of the Service's Pods is other than before */
    boolean tell(Key service, ServiceTrafficStatus now) {
        ServiceTrafficStatus before = told.computeIfAbsent(service.namespace(), namespace -> new ConcurrentHashMap<>())
                .put(service, now);
        if (now.obstacle().filter(PodTraffic::mayLast).isPresent()) {
            since.putIfAbsent(service, clock.instant());
        } else {
            since.remove(service);
        }
        return before == null || now.isAhead(before);
    }

    /** How the Service was described when its plugin was last asked for all that follows from it. */
    Optional<Employer> described(Key service) {
        return Optional.ofNullable(of(service.namespace()).get(service)).map(ServiceTrafficStatus::described);
    }

    /**
     * No Pod leaves service while the plugin of one of its Services, also of one that it is leaving, cannot take it off where it may
     * be on, and none that is to come back while it could not be put on again.
     */
    @Override
    public List<Wait> ahead(PodRecord pod, String operation) {
        List<Wait> ahead = new ArrayList<>();
        for (Key service : servicesOf(pod)) {
            ServiceTrafficStatus known = of(pod.namespace()).get(service);
            if (known == null) {
                ahead.add(WaitMessages.notLookedYet("traffic of Service " + service, false));
            } else {
                known.obstacle().filter(why -> !isOver(known, pod, operation)).ifPresent(ahead::add);
                ahead.addAll(behind(service, known, pod, operation));
            }
        }
        return ahead;
    }

    /**
     * Not what the provider refuses of this very Pod: in service nobody asks for it, so that it would be forgotten, and the Pod would leave
     * again.
     */
    @Override
    public List<Wait> lasting(PodRecord pod, String operation, Instant now) {
        List<Wait> lasting = new ArrayList<>();
        for (Key service : servicesOf(pod)) {
            Optional.ofNullable(since.get(service))
                    .filter(start -> !now.isBefore(start.plus(LASTING)))
                    .flatMap(start -> Optional.ofNullable(of(pod.namespace()).get(service)))
                    .flatMap(ServiceTrafficStatus::obstacle)
                    .filter(PodTraffic::mayLast)
                    .ifPresent(lasting::add);
        }
        return lasting;
    }

    private static boolean mayLast(Wait obstacle) {
        return obstacle.reason() != Reason.TRAFFIC_REFUSED && !PASSING.contains(obstacle.reason());
    }

    /** Who leaves for good has nothing to wait for where it never was. */
    private static boolean isOver(ServiceTrafficStatus known, PodRecord pod, String operation) {
        return PodOps.isToDelete(pod, operation)
                && Optional.ofNullable(known.pods().get(pod.uid()))
                        .filter(said -> said.clearAt() == BackendState.NEVER_THERE)
                        .isPresent();
    }

    /** What is in the way of putting it on again afterwards. */
    private List<Wait> behind(Key service, ServiceTrafficStatus known, PodRecord pod, String operation) {
        if (PodOps.isToDelete(pod, operation)) {
            return List.of();
        }
        Optional<ManagedService> now = services.get(service);
        if (now.filter(described -> !described.employer().equals(known.described()))
                .isPresent()) {
            return List.of(WaitMessages.notLookedYet("traffic of Service " + service, false));
        }
        return Optional.ofNullable(known.pods().get(pod.uid())).flatMap(PodTrafficStatus::ahead).stream()
                .toList();
    }

    /** Nothing of a Service that went is left, or its successor looks after that. */
    void forget(ManagedService departed) {
        services.forget(departed);
        claims.forget(departed, services.get(departed.key()));
    }

    void forget(Key service) {
        of(service.namespace()).remove(service);
        since.remove(service);
    }

    Optional<PodTrafficStatus> known(Key service, PodRecord pod) {
        return Optional.ofNullable(of(service.namespace()).get(service))
                .map(all -> all.pods().get(pod.uid()));
    }

    private Map<Key, ServiceTrafficStatus> of(String namespace) {
        Map<Key, ServiceTrafficStatus> known = told.get(namespace);
        return known == null ? new HashMap<>() : known;
    }

    /** True if a plugin looks after the backends of this Service. */
    public boolean serves(Key service) {
        return services.get(service).isPresent();
    }

    @Override
    public List<Endpoints.HoldingEndpoint> holding(PodRecord pod, Instant now) {
        List<Endpoints.HoldingEndpoint> held = new ArrayList<>();
        for (Key service : servicesOf(pod)) {
            Optional<PodTrafficStatus> known = known(service, pod);
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

    /** True if the Pod was seen off everywhere since it had to be. */
    boolean isClear(PodRecord pod, Optional<PodTrafficStatus> known) {
        Optional<OffTickets.Off> off = off(pod);
        return off.isPresent()
                && known.filter(said -> said.clearAt() > off.get().ticket()).isPresent();
    }

    /** The Services that want the Pod, or may have something of it. */
    List<Key> servicesOf(PodRecord pod) {
        List<Key> services = new ArrayList<>();
        for (ManagedService managedService : this.services.of(pod.namespace())) {
            boolean unasked = !of(pod.namespace()).containsKey(managedService.key());
            if (managedService.selects(pod) && (managedService.wanted() || unasked)) {
                services.add(managedService.key());
            }
        }
        of(pod.namespace()).forEach((service, all) -> {
            if (all.pods().containsKey(pod.uid()) && !services.contains(service)) {
                services.add(service);
            }
        });
        return services;
    }

    /** Whether the Service still is there is known elsewhere. */
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

    /** A drain that was broken off leaves the finalizer on a Pod that gets no requests yet. */
    @Override
    public Optional<Wait> returning(PodRecord pod) {
        long back = back(pod);
        if (back == 0) {
            return Optional.empty();
        }
        for (ManagedService managedService : services.of(pod.namespace())) {
            Optional<PodTrafficStatus> known = known(managedService.key(), pod);
            boolean isOn = known.filter(said -> said.onAt() > back).isPresent();
            if (managedService.wanted() && managedService.selects(pod) && !isOn) {
                return known.flatMap(said -> said.waits().stream().findFirst())
                        .or(() -> Optional.of(
                                WaitMessages.notLookedYet("traffic of Service " + managedService.key(), true)));
            }
        }
        return Optional.empty();
    }

    /** Why the Pod waits for traffic, to be on or to be off. */
    public List<Wait> waits(PodRecord pod) {
        List<Wait> waits = new ArrayList<>();
        for (Key service : servicesOf(pod)) {
            waits.addAll(known(service, pod)
                    .map(PodTrafficStatus::waits)
                    .orElseGet(() -> List.of(
                            WaitMessages.notLookedYet("traffic of Service " + service, ServicePod.isFit(pod)))));
        }
        return waits;
    }

    /** What does not pass by itself soon: what keeps it from being on, or off, or from leaving for what it is to come back from. */
    public Optional<Wait> trouble(PodRecord pod) {
        if (services.of(pod.namespace()).isEmpty() && of(pod.namespace()).isEmpty()) {
            return Optional.empty();
        }
        for (Key service : servicesOf(pod)) {
            Optional<PodTrafficStatus> known = known(service, pod);
            Optional<Wait> obstacle =
                    Optional.ofNullable(of(pod.namespace()).get(service)).flatMap(ServiceTrafficStatus::obstacle);
            Optional<Wait> lasting = known.stream()
                    .flatMap(said -> Stream.concat(said.waits().stream(), said.ahead().stream()))
                    .filter(wait -> !PASSING.contains(wait.reason()))
                    .findFirst()
                    .or(() -> obstacle.filter(wait -> !PASSING.contains(wait.reason())));
            if (lasting.isPresent()) {
                return lasting;
            }
        }
        return Optional.empty();
    }

    /** How the Pod stands with each of its Services. */
    public List<Explanation.ExplainedTraffic> shown(PodRecord pod) {
        return servicesOf(pod).stream()
                .flatMap(service -> known(service, pod).stream())
                .flatMap(known -> known.shown().stream())
                .sorted(Comparator.comparing(Explanation.ExplainedTraffic::employer))
                .toList();
    }

    /** When one of its Services is looked at next though nothing happens. */
    public Optional<Instant> nextLook(PodRecord pod) {
        return servicesOf(pod).stream()
                .flatMap(service -> Optional.ofNullable(of(service.namespace()).get(service)).stream())
                .flatMap(all -> all.nextLook().stream())
                .min(Comparator.naturalOrder());
    }
}
