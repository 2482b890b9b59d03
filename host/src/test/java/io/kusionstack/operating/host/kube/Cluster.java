package io.kusionstack.operating.host.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.cache.OpenCaches;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.kube.cache.PodStream;
import io.kusionstack.operating.host.kube.write.ApiActuator;
import io.kusionstack.operating.host.kube.write.Expectations;
import io.kusionstack.operating.host.kube.write.Fence;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.FieldTracking;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Results;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** The room as Main wires it, for one namespace of a real control plane, beside a plain client for the test itself. */
public final class Cluster implements AutoCloseable {
    public static final int IN_FLIGHT = 16;

    /** A label of Pods whose field tracking is cleared. */
    public static final String UNTRACKED = "test/untracked";

    public final TestNamespace namespace;
    public final KubeApi api;
    public final ClusterAccess access;
    public final PodCache cache;
    public final CountingMetrics metrics = new CountingMetrics();
    public final Expectations expectations = new Expectations(InstantSource.system(), metrics);
    public final List<String> results = new CopyOnWriteArrayList<>();
    /** Uid of the object that owns all Pods; it exists, or the garbage collector would delete them. */
    public final String ownerUid;

    public final PodStream stream;
    public final OpenCaches objects;
    public final ApiActuator actuator;

    public Cluster(ControlPlane plane, TestNamespace namespace, PodGate gate, Fence fence) {
        this(plane, namespace, gate, fence, PodStream.Encoding.PROTOBUF);
    }

    public Cluster(
            ControlPlane plane, TestNamespace namespace, PodGate gate, Fence fence, PodStream.Encoding encoding) {
        this.namespace = namespace;
        this.api = new KubeApi(plane.connection(ControlPlaneOptions.ADMIN), "kube-it/1");
        this.ownerUid = owner();
        this.access = ClusterAccess.kubeconfig(plane.kubeconfig(ControlPlaneOptions.ADMIN), "operating/test");
        this.cache = new PodCache(Set.of(), encoding);
        cache.onChange(expectations);
        this.stream = new PodStream(access, List.of(namespace.name()), cache, metrics, InstantSource.system());
        this.objects = new OpenCaches(access, List.of(namespace.name()));
        this.actuator = new ApiActuator(
                access,
                new ApiActuator.ActuatorPorts(
                        cache,
                        gate,
                        expectations,
                        fence,
                        metrics,
                        (pod, result) -> results.add(Results.word(result)),
                        pod -> pod.hasLabel(UNTRACKED) && pod.fieldTracking() == FieldTracking.UPDATED,
                        objects::learn,
                        InstantSource.system()),
                IN_FLIGHT);
    }

    private String owner() {
        ObjectNode map = JsonNodeFactory.instance.objectNode();
        map.put("apiVersion", "v1")
                .put("kind", "ConfigMap")
                .putObject("metadata")
                .put("name", "web");
        return api.create(path("configmaps"), map).at("/metadata/uid").asText();
    }

    public static PodGate openGate() {
        return (seen, edit, now) -> PodGate.Advance.of(edit.against(seen));
    }

    public Cluster started() {
        stream.start();
        objects.start();
        await().until(() -> stream.isSynced() && objects.isSynced());
        return this;
    }

    public static org.awaitility.core.ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
    }

    /** The watch may show a write before its answer is there, and it is counted with the answer. */
    public void awaitCount(String what, long times) {
        await().untilAsserted(() -> assertThat(metrics.count(what)).isEqualTo(times));
    }

    /** Creates a Pod that will never be bound, and waits until the cache has it. */
    public PodRecord pod(String name) {
        api.create(path("pods"), body(name));
        return awaitPod(name);
    }

    public PodRecord awaitPod(String name) {
        await().until(() -> find(name).isPresent());
        return find(name).orElseThrow();
    }

    public Optional<PodRecord> find(String name) {
        return cache.get(new Key(namespace.name(), name));
    }

    public JsonNode read(String name) {
        return api.get(path("pods") + "/" + name);
    }

    public String path(String plural) {
        return namespace.path("/api/v1", plural);
    }

    public ObjectNode body(String name) {
        ObjectNode pod = JsonNodeFactory.instance.objectNode();
        pod.put("apiVersion", "v1").put("kind", "Pod");
        ObjectNode metadata = pod.putObject("metadata").put("name", name);
        metadata.putObject("labels").put(Names.CONTROL, "true").put(Names.INSTANCE_ID, "7");
        ObjectNode owner = metadata.putArray("ownerReferences").addObject();
        owner.put("apiVersion", "v1").put("kind", "ConfigMap");
        owner.put("name", "web").put("uid", ownerUid).put("controller", true);
        ObjectNode spec = pod.putObject("spec");
        spec.putArray("schedulingGates").addObject().put("name", "test/never");
        spec.putArray("readinessGates").addObject().put("conditionType", Names.SERVICE_READY);
        spec.putArray("containers").addObject().put("name", "main").put("image", "app:v1");
        return pod;
    }

    @Override
    public void close() {
        actuator.close();
        stream.close();
        objects.close();
        api.close();
    }
}
