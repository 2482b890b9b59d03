package io.kusionstack.operating.host.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.lifecycle.LifecycleGate;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodAdmission;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Containers;
import io.kusionstack.operating.host.world.FakeCluster;
import io.kusionstack.operating.host.world.FakeKubelet;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.host.world.Unused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The Service {@code shop/web} and its Pods in a cluster in memory, a load balancer, a workload that updates its Pods in
 * load balancer, and a host that may crash. After every write it is checked that no Pod is touched while the load balancer still
 * has it.
 */
final class TrafficWorld {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MOST_STEPS = 600;
    private static final String OPERATION = "collaset";
    static final Key KEY = new Key("shop", "web");
    static final ObjectRef SERVICE = new ObjectRef(ObjectKind.SERVICE, "shop", "web", "uid-web");

    final FakeCluster cluster = new FakeCluster();
    final FakeKubelet kubelet = new FakeKubelet(cluster);
    final FakeBalancer balancer = new FakeBalancer(cluster);
    final Map<String, Integer> podWrites = new HashMap<>();
    final List<String> woken = new ArrayList<>();
    PodTraffic traffic = new PodTraffic(cluster::now, key -> this.woken.add(key.name()));
    private PodCache cache = new PodCache(Set.of());
    private LifecycleGate gate = gate();
    private TrafficReconciler host = started();
    private @Nullable Service known;
    private String image = "app:v1";
    private Optional<Service> read = Optional.empty();
    private long readVersion;
    private int steps;

    /** Names of the Pods that the EndpointSlices of the Service list, without a port. */
    List<String> listedWithoutPort = List.of();

    /** So many steps without a change are the end of what happens; a host that died has left more to wait for. */
    int patience = 13;

    private static final int PATIENCE_AFTER_DEATH = 45;

    TrafficWorld() {
        cluster.afterEachWrite(this::check);
    }

    void service(Consumer<ServiceBuilder> change) {
        ServiceBuilder builder = new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("web")
                .withUid("uid-web")
                .addToLabels(Names.CONTROL, "true")
                .addToAnnotations(FakeBalancer.LB, "lb-1")
                .endMetadata()
                .withNewSpec()
                .withType("LoadBalancer")
                .addToSelector("app", "web")
                .addNewPort()
                .withPort(80)
                .withNewTargetPort(8080)
                .endPort()
                .endSpec();
        change.accept(builder);
        store(builder.build());
    }

    /** A user changes the Service as it is. */
    void edit(Consumer<ServiceBuilder> change) {
        ServiceBuilder builder = new ServiceBuilder(stored().orElseThrow());
        change.accept(builder);
        store(builder.build());
    }

    private void store(Service service) {
        Optional<Service> old = stored();
        cluster.put(SERVICE, MAPPER.valueToTree(service));
        traffic.serviceChanged(old.orElse(null), stored().orElseThrow());
        known = stored().orElse(null);
    }

    void delete() {
        edit(service -> service.editMetadata()
                .withDeletionTimestamp("2026-01-01T00:00:00Z")
                .endMetadata());
    }

    Optional<Service> stored() {
        Optional<FakeCluster.Stored> now = cluster.object(SERVICE);
        long version = now.map(FakeCluster.Stored::version).orElse(0L);
        if (version != readVersion) {
            readVersion = version;
            read = now.map(stored -> MAPPER.convertValue(stored.body(), Service.class));
        }
        return read;
    }

    /** A Pod that was just bound: it has an address and nothing runs yet. */
    void pod(String name, String ip) {
        pod(name, ip, pods -> {});
    }

    void pod(String name, String ip, Consumer<Pods> more) {
        Pods pod = Pods.pod(name)
                .label("app", "web")
                .ips(ip)
                .phase("Pending")
                .container("main", "app:v1")
                .container("main", Containers::notStarted);
        more.accept(pod);
        cluster.put(pod.build());
        refresh();
    }

    PodRecord pod(String name) {
        return cluster.pods().stream()
                .filter(pod -> pod.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Somebody changes a Pod past the host. */
    void change(String name, Consumer<Pods> how) {
        Pods pod = Pods.like(pod(name));
        how.accept(pod);
        cluster.put(pod.build());
        refresh();
    }

    /** The Pod is gone at once, as after a forced deletion of its node. */
    void vanish(String name) {
        cluster.remove(pod(name));
        refresh();
    }

    /** The Service is gone with all its finalizers. */
    void loseService() {
        Service gone = stored().orElseThrow();
        cluster.drop(SERVICE);
        traffic.serviceChanged(gone, null);
    }

    void image(String wanted) {
        image = wanted;
    }

    /** One look of everybody; a quarter of a second passes. */
    Outcome step() {
        steps++;
        Outcome outcome = Outcome.done();
        try {
            refresh();
            workload();
            outcome = host.reconcile(KEY, cluster.now());
            refresh();
            cluster.lifecycle();
        } catch (FakeCluster.Crash crash) {
            restart();
        }
        kubelet.sync();
        refresh();
        cluster.pass(Duration.ofMillis(250));
        return outcome;
    }

    /** Steps until nothing has changed for a while. */
    void settle() {
        for (int quiet = 0; quiet < patience; ) {
            List<Object> was = state();
            step();
            quiet = was.equals(state()) ? quiet + 1 : 0;
            assertThat(steps).as("steps of the story").isLessThan(MOST_STEPS);
        }
        assertThat(balancer.complaints).isEmpty();
    }

    private List<Object> state() {
        return List.of(cluster.writes(), cluster.pods(), balancer.loadBalancers.hashCode());
    }

    /** Memory is lost; what is stored stays. */
    void restart() {
        patience = Math.max(patience, PATIENCE_AFTER_DEATH);
        traffic = new PodTraffic(cluster::now, key -> this.woken.add(key.name()));
        cache = new PodCache(Set.of());
        gate = gate();
        host = started();
        stored().ifPresent(service -> traffic.serviceChanged(null, service));
    }

    private LifecycleGate gate() {
        LifecycleGate lifecycle = new LifecycleGate(PodAdmission.none(), this::intention, traffic, traffic);
        cluster.gate(lifecycle);
        return lifecycle;
    }

    private TrafficReconciler started() {
        PodTraffic mine = traffic;
        cache.onChange(mine::podChanged);
        return new TrafficReconciler(
                new TrafficReconciler.TrafficCaches(new Services(), new Slices(), cache, Unused.endpoints()),
                traffic,
                balancer,
                cluster,
                Unused.trafficMetrics());
    }

    /** What CollaSet does with Pods that have another image than wanted. */
    private void workload() {
        for (PodRecord pod : cluster.pods()) {
            ContainerRecord main = pod.containers().getFirst();
            boolean runs = main.runningImage().equals(image) && main.image().equals(image) && main.ready();
            boolean mayBegin = pod.available()
                    && PodOps.isIdle(pod)
                    && traffic.ahead(pod, OPERATION).isEmpty();
            if (!main.image().equals(image) && mayBegin) {
                cluster.apply(Plan.of(new Action.EditPod(PodOps.begin(pod, OPERATION, Names.UPDATE, cluster.now()))));
            } else if (runs && isOperating(pod)) {
                cluster.apply(Plan.of(new Action.EditPod(PodOps.finish(pod, OPERATION))));
            }
            refresh();
        }
    }

    /** As {@link #workload}, of a Pod that does not serve yet. */
    void begin(String name) {
        cluster.apply(Plan.of(new Action.EditPod(PodOps.begin(pod(name), OPERATION, Names.UPDATE, cluster.now()))));
        refresh();
    }

    private static boolean isOperating(PodRecord pod) {
        return PodOps.operation(pod, OPERATION)
                .filter(operation -> operation.phase() == PodOps.Phase.OPERATING)
                .isPresent();
    }

    private Optional<Intention> intention(PodRecord pod) {
        String operating = pod.labels().get(Names.key(Names.OPERATING, OPERATION));
        if (operating == null || pod.containers().getFirst().image().equals(image)) {
            return Optional.empty();
        }
        return Optional.of(new Intention(
                OPERATION, operating, image, MapEdit.none(), MapEdit.none(), new TreeMap<>(Map.of("main", image))));
    }

    private void refresh() {
        Set<String> uids = new HashSet<>();
        cluster.pods().forEach(pod -> {
            uids.add(pod.uid());
            cache.observe(pod);
        });
        cache.inNamespace("shop").stream()
                .map(PodRecord::uid)
                .filter(uid -> !uids.contains(uid))
                .forEach(cache::gone);
    }

    private void check() {
        Action last = cluster.done().getLast();
        if (last instanceof Action.EditPod edit) {
            podWrites.merge(edit.edit().pod().name(), 1, Integer::sum);
            if (!edit.edit().images().isEmpty()) {
                untouchedInTraffic(edit.edit());
            }
        }
        if (last instanceof Action.PatchObject) {
            traffic.serviceChanged(known, stored().orElse(null));
            known = stored().orElse(null);
        }
        refresh();
    }

    private void untouchedInTraffic(PodEdit edit) {
        PodRecord pod = pod(edit.pod().name());
        assertThat(balancer.sendsTo(pod.ips().getFirst()))
                .as("%s is touched while the load balancer has it", pod.name())
                .isFalse();
    }

    /** The one Service, always as it is. */
    private final class Services implements ObjectCache<Service> {
        @Override
        public Optional<Service> get(Key key) {
            return stored().filter(service -> key.equals(KEY));
        }

        @Override
        public List<Service> list(String namespace) {
            return stored().stream().toList();
        }

        @Override
        public void onChange(ObjectCache.ObjectListener<Service> listener) {
            throw new UnsupportedOperationException("a story looks by itself");
        }
    }

    /** The EndpointSlices of a Service whose port no container has: they list Pods and no port. */
    private final class Slices implements ObjectCache<EndpointSlice> {
        @Override
        public Optional<EndpointSlice> get(Key key) {
            return Optional.empty();
        }

        @Override
        public List<EndpointSlice> list(String namespace) {
            EndpointSliceBuilder slice = new EndpointSliceBuilder()
                    .withNewMetadata()
                    .addToLabels("kubernetes.io/service-name", "web")
                    .endMetadata();
            for (String name : listedWithoutPort) {
                slice.addNewEndpoint()
                        .withNewTargetRef()
                        .withUid(TrafficWorld.this.pod(name).uid())
                        .endTargetRef()
                        .endEndpoint();
            }
            return List.of(slice.build());
        }

        @Override
        public void onChange(ObjectCache.ObjectListener<EndpointSlice> listener) {
            throw new UnsupportedOperationException("a story looks by itself");
        }
    }
}
