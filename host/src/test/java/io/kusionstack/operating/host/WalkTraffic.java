package io.kusionstack.operating.host;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.ObjectCache.ObjectListener;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.TrafficPlugins;
import io.kusionstack.operating.host.world.FakeCluster;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.Serving;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Service named lb, and the plugin {@code slb} whose load balancer does at once what it is told and sends to the Pods it has.
 * Users label the Service as they like, and the plugin may be without settings. One thread.
 */
final class WalkTraffic implements TrafficPlugins, TrafficPlugins.TrafficWorker {
    static final Key KEY = new Key("shop", "lb");
    private static final ObjectRef SERVICE = new ObjectRef(ObjectKind.SERVICE, "shop", "lb", "uid-lb");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final FakeCluster cluster;
    private final Map<String, Backend> backends = new TreeMap<>();
    private boolean configured = true;
    private @Nullable Service told;
    private List<ObjectListener<Service>> listeners = new ArrayList<>();

    WalkTraffic(FakeCluster cluster) {
        this.cluster = cluster;
    }

    /** The Pods of the set are to get traffic from this plugin, labelled by a user who may mistype. */
    void labelled(String plugin, String app) {
        edit(service -> service.editMetadata()
                .addToLabels(Names.CONTROL, "true")
                .addToAnnotations(Names.TRAFFIC_PLUGIN, plugin)
                .endMetadata()
                .editSpec()
                .withSelector(Map.of("app", app))
                .endSpec());
    }

    void unlabelled() {
        edit(service -> service.editMetadata().removeFromLabels(Names.CONTROL).endMetadata());
    }

    private void edit(Consumer<ServiceBuilder> change) {
        ServiceBuilder builder = stored().map(ServiceBuilder::new)
                .orElseGet(() -> new ServiceBuilder()
                        .withNewMetadata()
                        .withUid(SERVICE.uid())
                        .endMetadata()
                        .withNewSpec()
                        .withType("LoadBalancer")
                        .addNewPort()
                        .withPort(80)
                        .withNewTargetPort(8080)
                        .endPort()
                        .endSpec());
        change.accept(builder);
        cluster.put(SERVICE, MAPPER.<ObjectNode>valueToTree(builder.build()));
    }

    /** Whether the plugin has settings. */
    void configured(boolean has) {
        configured = has;
    }

    private Optional<Service> stored() {
        return cluster.object(SERVICE).map(stored -> MAPPER.convertValue(stored.body(), Service.class));
    }

    /** True if requests go to the Pod. */
    boolean sendsTo(PodRecord pod) {
        return pod.ips().stream().anyMatch(backends::containsKey);
    }

    /** A host that starts: those who listened before are gone, and nothing is known. */
    void forgetListeners() {
        listeners = new ArrayList<>();
        told = null;
    }

    /** The cache sees the Service as it is. */
    void refresh() {
        Service before = told;
        Service after = stored().orElse(null);
        told = after;
        if (before != null || after != null) {
            listeners.forEach(listener -> listener.changed(before, after));
        }
    }

    ObjectCache<Service> services() {
        return new ObjectCache<>() {
            @Override
            public Optional<Service> get(Key key) {
                return stored().filter(found -> key.equals(KEY));
            }

            @Override
            public List<Service> list(String namespace) {
                return stored().stream().toList();
            }

            @Override
            public void onChange(ObjectCache.ObjectListener<Service> listener) {
                listeners.add(listener);
            }
        };
    }

    /** True if this is the Service, and it selects the Pod. */
    boolean employs(PodRecord pod, String employer) {
        return employer.equals("Service/" + KEY.namespace() + "/" + KEY.name())
                && stored().map(service -> service.getSpec().getSelector())
                        .filter(selector -> pod.labels().entrySet().containsAll(selector.entrySet()))
                        .isPresent();
    }

    @Override
    public TrafficPlugins.TrafficLookup find(String plugin) {
        return plugin.equals("slb") && configured
                ? new TrafficPlugins.TrafficLookup.TrafficReady(this)
                : new TrafficPlugins.TrafficLookup.TrafficUnavailable(
                        new Wait(Reason.PLUGIN_UNAVAILABLE, plugin, "plugin \"" + plugin + "\" is not loaded"));
    }

    @Override
    public Answer<String> lockKey(Employer employer) {
        return new Answer.Given<>("lb-1");
    }

    @Override
    public Answer<List<String>> groups(Employer employer) {
        return new Answer.Given<>(List.of());
    }

    @Override
    public Answer<Observation> observe(Employer employer, Instant notBefore, Instant deadline) {
        List<ObservedBackend> seen = backends.values().stream()
                .map(backend -> new ObservedBackend(backend, Serving.ON, ""))
                .toList();
        return new Answer.Given<>(new Observation.Known(cluster.now(), seen));
    }

    @Override
    public Answer<List<BackendResult>> apply(Employer employer, List<BackendChange> changes, Instant deadline) {
        List<BackendResult> results = new ArrayList<>();
        for (BackendChange change : changes) {
            switch (change) {
                case BackendChange.PutOn put -> backends.put(put.backend().ip(), put.backend());
                case BackendChange.TakeOff off -> backends.remove(off.backend().ip());
            }
            results.add(new BackendResult(change.backend(), new Progress.Done()));
        }
        return new Answer.Given<>(results);
    }
}
