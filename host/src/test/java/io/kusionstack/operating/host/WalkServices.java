package io.kusionstack.operating.host;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.ObjectCache.ObjectListener;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A Service named web and its EndpointSlice, which follows the Pods as long as the Service exists and has a selector. One thread. */
final class WalkServices {
    private static final String NAMESPACE = "shop";
    private static final String NAME = "web";

    private @Nullable Service service;
    private @Nullable EndpointSlice slice;
    private List<ObjectListener<EndpointSlice>> listeners = new ArrayList<>();

    /** The Service selects these Pods from now on; without labels it has no selector. */
    void selects(Map<String, String> labels) {
        service = new ServiceBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName(NAME)
                .endMetadata()
                .withNewSpec()
                .withSelector(labels)
                .endSpec()
                .build();
    }

    /** The Service goes; its slice stays. */
    void delete() {
        service = null;
    }

    /** A host that starts: those who listened before are gone. */
    void forgetListeners() {
        listeners = new ArrayList<>();
    }

    /** The controller of slices looks at the Pods. */
    void sync(List<PodRecord> pods) {
        if (service == null || service.getSpec().getSelector().isEmpty()) {
            return;
        }
        Map<String, String> selector = service.getSpec().getSelector();
        EndpointSlice before = slice;
        slice = new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName(NAME + "-1")
                .addToLabels("kubernetes.io/service-name", NAME)
                .endMetadata()
                .withEndpoints(pods.stream()
                        .filter(pod -> pod.labels().entrySet().containsAll(selector.entrySet()))
                        .map(WalkServices::endpoint)
                        .toList())
                .build();
        EndpointSlice after = slice;
        listeners.forEach(listener -> listener.changed(before, after));
    }

    private static Endpoint endpoint(PodRecord pod) {
        return new EndpointBuilder()
                .withAddresses(pod.ips())
                .withNewConditions()
                .withReady(pod.ready() && !pod.terminating())
                .endConditions()
                .withNewTargetRef()
                .withKind("Pod")
                .withNamespace(pod.namespace())
                .withName(pod.name())
                .withUid(pod.uid())
                .endTargetRef()
                .build();
    }

    ObjectCache<Service> services() {
        return new ObjectCache<>() {
            @Override
            public Optional<Service> get(Key key) {
                return Optional.ofNullable(service).filter(found -> key.equals(new Key(NAMESPACE, NAME)));
            }

            @Override
            public List<Service> list(String namespace) {
                return service == null ? List.of() : List.of(service);
            }

            @Override
            public void onChange(ObjectCache.ObjectListener<Service> listener) {
                throw new UnsupportedOperationException("a walk looks by itself");
            }
        };
    }

    ObjectCache<EndpointSlice> slices() {
        return new ObjectCache<>() {
            @Override
            public Optional<EndpointSlice> get(Key key) {
                return Optional.ofNullable(slice);
            }

            @Override
            public List<EndpointSlice> list(String namespace) {
                return slice == null ? List.of() : List.of(slice);
            }

            @Override
            public void onChange(ObjectCache.ObjectListener<EndpointSlice> listener) {
                listeners.add(listener);
                if (slice != null) {
                    listener.changed(null, slice);
                }
            }
        };
    }
}
