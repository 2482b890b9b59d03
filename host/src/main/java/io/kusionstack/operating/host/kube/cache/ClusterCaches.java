package io.kusionstack.operating.host.kube.cache;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.kusionstack.operating.host.kernel.DelayedTasks;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.ClusterAccess;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.model.ResourceContext;
import io.kusionstack.operating.host.plan.Employers;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.Nodes;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.Obstacles;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * All caches of the host: the Pods, and one for each small kind, on connections of their own. Listeners are added before
 * {@link #start}, on one thread; all else any thread may call, and nothing blocks.
 */
public final class ClusterCaches implements AutoCloseable {
    /** Kuperator's own keys are kept anyway; no rule asks for others yet. */
    private static final Set<String> ANNOTATIONS = Set.of();

    private static final Duration LOOK = Duration.ofSeconds(1);

    private final PodCache pods;
    private final ClusterAccess access;
    private final InstantSource clock;
    private final PodStream podStream;
    private final List<ServiceEmployers> askers = new ArrayList<>();
    private final ObjectCaches caches;
    private final InformerCache<CollaSet> sets;
    private final InformerCache<PodTransitionRule> rules;
    private final InformerCache<ResourceContext> contexts;
    private final InformerCache<ControllerRevision> revisions;
    private final InformerCache<Service> services;
    private final InformerCache<EndpointSlice> slices;
    private final InterruptedWatches interrupted = new InterruptedWatches();
    private final DelayedTasks later = new DelayedTasks("watches");

    /**
     * What is followed, and how.
     *
     * @param namespaces none means all
     * @param encoding in which Pods are asked for
     */
    public record CacheScope(List<String> namespaces, PodStream.Encoding encoding) {
        public CacheScope {
            namespaces = List.copyOf(namespaces);
        }
    }

    public ClusterCaches(ClusterAccess access, CacheScope scope, PodStream.StreamMetrics metrics, InstantSource clock) {
        this.access = access;
        this.clock = clock;
        pods = new PodCache(ANNOTATIONS, scope.encoding());
        podStream = new PodStream(access, scope.namespaces(), pods, metrics, clock);
        caches = new ObjectCaches(access, scope.namespaces(), clock);
        sets = caches.of(ObjectKind.COLLASET, CollaSet.class);
        rules = caches.of(ObjectKind.POD_TRANSITION_RULE, PodTransitionRule.class);
        contexts = caches.of(ObjectKind.RESOURCE_CONTEXT, ResourceContext.class);
        revisions = caches.of(ObjectKind.CONTROLLER_REVISION, ControllerRevision.class);
        services = caches.of(ObjectKind.SERVICE, Service.class);
        slices = caches.of(EndpointSlice.class);
        pods.onNewEpoch(caches::listAgain);
        caches.nodes().onChange(node -> pods.onNode(node).forEach(pod -> pods.wake(pod.uid())));
    }

    /** Begins to follow the API server; to be called when all listeners are there. */
    public void start() {
        podStream.start();
        caches.start();
        lookAtWatches();
    }

    private void lookAtWatches() {
        try {
            if (interrupted.look(health(), clock.instant())) {
                pods.wakeAll();
            }
        } finally {
            later.after(LOOK, this::lookAtWatches);
        }
    }

    /** What is in the way of every Pod while one of the watches is interrupted; of use from the start until this is closed. */
    public Obstacles obstacles() {
        return interrupted;
    }

    /** False until all that existed at the start is known: nothing may be decided before. */
    public boolean isSynced() {
        return podStream.isSynced() && caches.isSynced();
    }

    /** False while a new epoch has begun and not all of it is known: nothing may be decided then. */
    public boolean isSettled() {
        return pods.isSettled() && caches.isSynced();
    }

    public List<StreamHealth> health() {
        List<StreamHealth> health = new ArrayList<>(podStream.health());
        health.addAll(caches.health());
        return health;
    }

    /** The newest generation of a set; empty for one that is gone or going. */
    public OptionalLong generation(Key set) {
        return sets.get(set)
                .filter(found -> found.getMetadata().getDeletionTimestamp() == null)
                .map(found -> OptionalLong.of(found.getMetadata().getGeneration()))
                .orElse(OptionalLong.empty());
    }

    public PodCache pods() {
        return pods;
    }

    public Nodes nodes() {
        return caches.nodes();
    }

    /** Takes the response of a write of a small object into the cache of its kind, so that the next look does not wait for the watch. */
    public void learn(ObjectKind kind, JsonNode response) {
        caches.learn(kind, response);
    }

    public ObjectCache<CollaSet> sets() {
        return sets;
    }

    public ObjectCache<PodTransitionRule> rules() {
        return rules;
    }

    public ObjectCache<ResourceContext> contexts() {
        return contexts;
    }

    public ObjectCache<ControllerRevision> revisions() {
        return revisions;
    }

    public ObjectCache<Service> services() {
        return services;
    }

    public ObjectCache<EndpointSlice> slices() {
        return slices;
    }

    /**
     * The endpoints of Services, which may still get requests to a Pod. Listens from now on.
     *
     * @param settle how long a Pod is spared after it left the endpoints, zero for not at all
     * @param podKeys takes the Pods whose endpoints changed; only enqueues
     */
    public Endpoints endpoints(Duration settle, Consumer<Key> podKeys) {
        ServiceEndpoints endpoints = new ServiceEndpoints(settle, services, pods, clock, podKeys);
        endpoints.listenTo(slices);
        return endpoints;
    }

    /**
     * Which Services still select a Pod that carries their finalizers; of use until this is closed.
     *
     * @param podKeys takes the Pods of whose Services more is known; only enqueues
     */
    public Employers employers(Consumer<Key> podKeys) {
        ServiceEmployers employers = ServiceEmployers.of(access, services, podKeys);
        askers.add(employers);
        return employers;
    }

    @Override
    public void close() {
        later.close();
        askers.forEach(ServiceEmployers::close);
        caches.close();
        podStream.close();
    }

    /**
     * How one stream of the API server does, for /livez and /readyz.
     *
     * @param name what it streams, for example {@code pods} or {@code pods in shop}
     * @param synced true once all objects that existed at the start are known
     * @param connected true while the watch is open
     * @param lastHeard when the last event or bookmark came; bookmarks come about every minute
     */
    public record StreamHealth(String name, boolean synced, boolean connected, Instant lastHeard) {
        private static final Duration SILENCE = Duration.ofMinutes(3);

        /** False for a stream that stopped: nothing came for three bookmarks' time. */
        public boolean isAlive(Instant now) {
            return lastHeard.plus(SILENCE).isAfter(now);
        }
    }
}
