package io.kusionstack.operating.host.kube.cache;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.kusionstack.operating.host.kube.ClusterAccess;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.ObjectKind;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** What the room keeps to itself, one by one, for tests of other rooms. */
public final class OpenCaches implements AutoCloseable {
    private final ObjectCaches caches;

    public OpenCaches(ClusterAccess access, List<String> namespaces) {
        caches = new ObjectCaches(access, namespaces, InstantSource.system());
    }

    /** The API server was restored to an earlier state. */
    public static void beginEpoch(PodCache pods) {
        pods.beginEpoch();
    }

    /** Endpoints by the Services and slices of these caches. */
    public static Endpoints endpoints(
            Duration settle,
            ObjectCache<Service> services,
            ObjectCache<EndpointSlice> slices,
            PodCache pods,
            InstantSource clock) {
        ServiceEndpoints endpoints = new ServiceEndpoints(settle, services, pods, clock, pod -> {});
        endpoints.listenTo(slices);
        return endpoints;
    }

    public <T extends HasMetadata> ObjectCache<T> of(ObjectKind kind, Class<T> type) {
        return caches.of(kind, type);
    }

    <T extends HasMetadata> InformerCache<T> informer(Class<T> type) {
        return caches.of(type);
    }

    public void start() {
        caches.start();
    }

    public void listAgain() {
        caches.listAgain();
    }

    public boolean isSynced() {
        return caches.isSynced();
    }

    public void learn(ObjectKind kind, JsonNode response) {
        caches.learn(kind, response);
    }

    @Override
    public void close() {
        caches.close();
    }
}
