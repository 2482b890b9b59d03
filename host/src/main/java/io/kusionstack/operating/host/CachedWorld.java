package io.kusionstack.operating.host;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.ClusterAccess;
import io.kusionstack.operating.host.kube.InformerCache;
import io.kusionstack.operating.host.kube.NodeCache;
import io.kusionstack.operating.host.kube.ObjectCaches;
import io.kusionstack.operating.host.kube.PodCache;
import io.kusionstack.operating.host.kube.PodStream;
import io.kusionstack.operating.host.kube.StreamHealth;
import io.kusionstack.operating.host.kube.WriteMetrics;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.model.ResourceContext;
import io.kusionstack.operating.host.plan.ObjectKind;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** All that the host sees of the cluster: the Pods, and a cache of each small kind. */
final class CachedWorld implements AutoCloseable {
    /** Kuperator's own keys are kept anyway; no rule asks for others yet. */
    static final Set<String> ANNOTATIONS = Set.of();

    private final PodCache pods = new PodCache();
    private final PodStream podStream;
    private final ObjectCaches caches;
    private final InformerCache<CollaSet> sets;
    private final InformerCache<PodTransitionRule> rules;
    private final InformerCache<ResourceContext> contexts;
    private final InformerCache<ControllerRevision> revisions;
    private final InformerCache<Service> services;
    private final InformerCache<EndpointSlice> slices;

    /** @param namespaces none means all */
    CachedWorld(ClusterAccess access, List<String> namespaces, WriteMetrics metrics, InstantSource clock) {
        podStream = new PodStream(access, new PodStream.Scope(namespaces, ANNOTATIONS), pods, metrics, clock);
        caches = new ObjectCaches(access, namespaces, clock);
        sets = caches.of(ObjectKind.COLLASET, CollaSet.class);
        rules = caches.of(ObjectKind.POD_TRANSITION_RULE, PodTransitionRule.class);
        contexts = caches.of(ObjectKind.RESOURCE_CONTEXT, ResourceContext.class);
        revisions = caches.of(ObjectKind.CONTROLLER_REVISION, ControllerRevision.class);
        services = caches.of(ObjectKind.SERVICE, Service.class);
        slices = caches.of(EndpointSlice.class);
        pods.onNewEpoch(caches::listAgain);
        nodes().onChange(node -> pods.onNode(node).forEach(pod -> pods.wake(pod.uid())));
    }

    /** Begins to follow the API server; to be called when all listeners are there. */
    void start() {
        podStream.start();
        caches.start();
    }

    /** False until all that existed at the start is known: nobody may act on less. */
    boolean isSynced() {
        return podStream.isSynced() && caches.isSynced();
    }

    /** False while the API server has gone back to an older past and not all of it is known: nobody may act on that. */
    boolean isSettled() {
        return pods.isSettled() && caches.isSynced();
    }

    List<StreamHealth> health() {
        List<StreamHealth> health = new ArrayList<>(podStream.health());
        health.addAll(caches.health());
        return health;
    }

    /** The newest generation of a set; empty for one that is gone or going. */
    OptionalLong generation(Key set) {
        return sets.get(set)
                .filter(found -> found.getMetadata().getDeletionTimestamp() == null)
                .map(found -> OptionalLong.of(found.getMetadata().getGeneration()))
                .orElse(OptionalLong.empty());
    }

    PodCache pods() {
        return pods;
    }

    NodeCache nodes() {
        return caches.nodes();
    }

    ObjectCaches caches() {
        return caches;
    }

    InformerCache<CollaSet> sets() {
        return sets;
    }

    InformerCache<PodTransitionRule> rules() {
        return rules;
    }

    InformerCache<ResourceContext> contexts() {
        return contexts;
    }

    InformerCache<ControllerRevision> revisions() {
        return revisions;
    }

    InformerCache<Service> services() {
        return services;
    }

    InformerCache<EndpointSlice> slices() {
        return slices;
    }

    @Override
    public void close() {
        caches.close();
        podStream.close();
    }
}
