package io.kusionstack.operating.host.world;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.FieldTracking;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.plugin.PodRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Builds Pods for tests. A new Pod is controlled, gated, running, not ready, in the namespace {@code shop}, with one
 * container {@code main}.
 *
 * <pre>{@code
 * PodRecord a = Pods.pod("a").available().revision("web-1").build();
 * PodRecord b = Pods.pod("b").offline().operating("collaset", "update").build();
 * }</pre>
 */
public final class Pods {
    public static final String NAMESPACE = "shop";

    /** When every Pod was created, and what every lifecycle label says unless told otherwise. */
    public static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");

    public static final String STAMP = "1767225600000000000";

    private final String name;
    private final Map<String, String> labels = new TreeMap<>();
    private final Map<String, String> annotations = new TreeMap<>();
    private final List<String> finalizers = new ArrayList<>();
    private final List<Owner> owners = new ArrayList<>();
    private final List<String> gates = new ArrayList<>();
    private final Map<String, String> claims = new TreeMap<>();
    private final Map<String, ContainerRecord> containers = new LinkedHashMap<>();
    private final Map<String, PodCondition> conditions = new LinkedHashMap<>();
    private String namespace = NAMESPACE;
    private String uid;
    private long version = 1;
    private long generation = 1;
    private long observed = -1;
    private Instant created = CREATED;
    private @Nullable Instant deletion;
    private String node = "node-1";
    private String phase = "Running";
    private String reason = "";
    private String message = "";
    private List<String> ips = List.of("10.0.0.1");
    private FieldTracking fieldTracking = FieldTracking.NONE;

    private Pods(String name) {
        this.name = name;
        this.uid = "uid-" + name;
        labels.put(Names.CONTROL, "true");
        gates.add(Names.SERVICE_READY);
        containers.put("main", Containers.running("main", "app:v1"));
    }

    public static Pods pod(String name) {
        return new Pods(name);
    }

    /** A Pod like this one, to go on from. */
    public static Pods like(PodRecord pod) {
        Pods pods = new Pods(pod.name());
        pods.namespace = pod.namespace();
        pods.uid = pod.uid();
        pods.version = pod.resourceVersion();
        pods.generation = pod.generation();
        pods.observed = pod.observedGeneration();
        pods.created = pod.created();
        pods.deletion = pod.deletion();
        pods.node = pod.node();
        pods.phase = pod.phase();
        pods.reason = pod.reason();
        pods.message = pod.message();
        pods.ips = pod.ips();
        pods.fieldTracking = pod.fieldTracking();
        pods.labels.clear();
        pods.labels.putAll(pod.labels());
        pods.annotations.putAll(pod.annotations());
        pods.finalizers.addAll(pod.finalizers());
        pods.owners.addAll(pod.owners());
        pods.gates.clear();
        pods.gates.addAll(pod.readinessGates());
        pods.claims.putAll(pod.claims());
        pods.containers.clear();
        pod.containers().forEach(container -> pods.containers.put(container.name(), container));
        pod.conditions().forEach(condition -> pods.conditions.put(condition.type(), condition));
        return pods;
    }

    public Pods in(String ns) {
        namespace = ns;
        return this;
    }

    public Pods uid(String text) {
        uid = text;
        return this;
    }

    public Pods version(long resourceVersion) {
        version = resourceVersion;
        return this;
    }

    public Pods generation(long number) {
        generation = number;
        return this;
    }

    /** The generation that the kubelet has seen; the newest unless told otherwise. */
    public Pods observed(long number) {
        observed = number;
        return this;
    }

    public Pods created(Instant at) {
        created = at;
        return this;
    }

    public Pods fieldTracking(FieldTracking tracked) {
        fieldTracking = tracked;
        return this;
    }

    public Pods terminating() {
        return terminatingSince(CREATED.plusSeconds(60));
    }

    public Pods terminatingSince(Instant end) {
        deletion = end;
        return this;
    }

    public Pods label(String key, String value) {
        labels.put(key, value);
        return this;
    }

    public Pods without(String label) {
        labels.remove(label);
        return this;
    }

    public Pods annotation(String key, String value) {
        annotations.put(key, value);
        return this;
    }

    public Pods withoutAnnotations() {
        annotations.clear();
        return this;
    }

    public Pods withoutFinalizers() {
        finalizers.clear();
        return this;
    }

    public Pods finalizer(String full) {
        finalizers.add(full);
        return this;
    }

    /** On a load balancer: the finalizer of a traffic controller is on the Pod. */
    public Pods protectedBy(String unique) {
        return finalizer(Names.PROTECTION_PREFIX + "/" + unique);
    }

    /** The Pod counts as back in service only with these finalizers, one per Service. */
    public Pods expecting(Map<String, String> finalizerByEmployer) {
        List<String> entries = new ArrayList<>();
        new TreeMap<>(finalizerByEmployer)
                .forEach((employer, full) -> entries.add("\"" + employer + "\":\"" + full + "\""));
        return annotation(Names.AVAILABLE_CONDITIONS, "{\"expectedFinalizers\":{" + String.join(",", entries) + "}}");
    }

    public Pods ownedBy(String collaSet) {
        owners.add(new Owner(Names.API_VERSION, "CollaSet", collaSet, "uid-" + collaSet, true));
        return this;
    }

    public Pods owner(Owner owner) {
        owners.add(owner);
        return this;
    }

    public Pods withoutOwner(String ownerUid) {
        owners.removeIf(owner -> owner.uid().equals(ownerUid));
        return this;
    }

    public Pods revision(String fullName) {
        return label(Names.REVISION, fullName);
    }

    public Pods instance(int id) {
        return label(Names.INSTANCE_ID, Integer.toString(id));
    }

    public Pods node(String nodeName) {
        node = nodeName;
        return this;
    }

    public Pods claim(String volume, String claimName) {
        claims.put(volume, claimName);
        return this;
    }

    public Pods phase(String word) {
        phase = word;
        return this;
    }

    public Pods reason(String word) {
        reason = word;
        return this;
    }

    public Pods message(String words) {
        message = words;
        return this;
    }

    public Pods ips(String... addresses) {
        ips = List.of(addresses);
        return this;
    }

    public Pods uncontrolled() {
        return without(Names.CONTROL);
    }

    /** Without the readiness gate in its spec. */
    public Pods ungated() {
        gates.remove(Names.SERVICE_READY);
        conditions.remove(Names.SERVICE_READY);
        return this;
    }

    public Pods gate(String type) {
        gates.add(type);
        return this;
    }

    public Pods condition(String type, String status) {
        return condition(type, status, CREATED);
    }

    public Pods condition(String type, String status, Instant since) {
        return condition(new PodCondition(type, status, "", since));
    }

    public Pods condition(PodCondition known) {
        conditions.put(known.type(), known);
        return this;
    }

    /** Containers running, every gate True, and not Ready since then. */
    public Pods unreadySince(Instant at) {
        unready();
        gates.forEach(gate -> condition(gate, "True"));
        return notReadySince(at);
    }

    /** Ready=False since then, whatever else holds. */
    public Pods notReadySince(Instant at) {
        conditions.put(PodCondition.READY, new PodCondition(PodCondition.READY, "False", "", at));
        return this;
    }

    /** As the node controller leaves it when the kubelet is away: only Ready is False. */
    public Pods onLostNode() {
        return ready().condition(PodCondition.READY, "False");
    }

    /** Containers ready, every gate True, Ready. */
    public Pods ready() {
        gates.forEach(gate -> condition(gate, "True"));
        return condition(PodCondition.CONTAINERS_READY, "True").condition(PodCondition.READY, "True");
    }

    /** Containers not ready; the readiness gates stay as they are. */
    public Pods unready() {
        containers.replaceAll((key, container) -> Containers.withReady(container, false));
        return condition(PodCondition.CONTAINERS_READY, "False").condition(PodCondition.READY, "False");
    }

    /** Ready and in service. */
    public Pods available() {
        return ready().label(Names.SERVICE_AVAILABLE, STAMP);
    }

    /** Containers ready; the lifecycle's gate False, and the kubelet has followed. */
    public Pods offline() {
        ready().without(Names.SERVICE_AVAILABLE);
        return condition(Names.SERVICE_READY, "False").condition(PodCondition.READY, "False");
    }

    /** Begun, nothing granted yet. */
    public Pods preCheck(String id, String type) {
        return begun(id, type).lifecycle(Names.PRE_CHECK, id);
    }

    /** Granted, leaving service. */
    public Pods preparing(String id, String type) {
        return begun(id, type)
                .lifecycle(Names.PRE_CHECKED, id)
                .lifecycle(Names.OPERATION_PERMISSION, type)
                .lifecycle(Names.PREPARING, id);
    }

    /** May be touched now. */
    public Pods operating(String id, String type) {
        return begun(id, type)
                .lifecycle(Names.PRE_CHECKED, id)
                .lifecycle(Names.OPERATION_PERMISSION, type)
                .lifecycle(Names.OPERATE, id);
    }

    /** Operated, waiting to be let back. */
    public Pods postCheck(String id, String type) {
        return lifecycle(Names.OPERATED, id)
                .label(Names.key(Names.DONE_OPERATION_TYPE, id), type)
                .lifecycle(Names.POST_CHECK, id);
    }

    /** Coming back into service. */
    public Pods completing(String id, String type) {
        return lifecycle(Names.OPERATED, id)
                .label(Names.key(Names.DONE_OPERATION_TYPE, id), type)
                .lifecycle(Names.POST_CHECKED, id)
                .lifecycle(Names.COMPLETING, id);
    }

    /** One lifecycle label with a time stamp. */
    public Pods lifecycle(String prefix, String suffix) {
        return label(Names.key(prefix, suffix), STAMP);
    }

    private Pods begun(String id, String type) {
        return lifecycle(Names.OPERATING, id).label(Names.key(Names.OPERATION_TYPE, id), type);
    }

    /** Every container runs this image: in the spec and in the status. */
    public Pods image(String image) {
        containers.replaceAll((key, old) -> Containers.running(key, image));
        return this;
    }

    /** Adds a running container, or replaces the one of that name. */
    public Pods container(String containerName, String image) {
        containers.put(containerName, Containers.running(containerName, image));
        return this;
    }

    public Pods container(String containerName, UnaryOperator<ContainerRecord> change) {
        containers.computeIfPresent(containerName, (key, old) -> change.apply(old));
        return this;
    }

    public PodRecord build() {
        return new PodRecord(
                new PodRef(namespace, name, uid),
                version,
                generation,
                created,
                deletion,
                labels,
                annotations,
                finalizers,
                owners,
                node,
                gates,
                claims,
                List.copyOf(containers.values()),
                phase,
                reason,
                message,
                ips,
                List.copyOf(conditions.values()),
                observed < 0 ? generation : observed,
                fieldTracking);
    }
}
