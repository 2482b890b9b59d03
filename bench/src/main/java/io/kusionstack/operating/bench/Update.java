package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.audit.AuditEvent;
import io.kusionstack.operating.testbed.audit.AuditLog;
import io.kusionstack.operating.testbed.audit.AuditSummary;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.operator.HostProcess;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** One CollaSet under a rule that does not limit, updated in place by the packaged operator. */
final class Update {
    private static final String SETS = "/apis/apps.kusionstack.io/v1alpha1/namespaces/%s/collasets";
    private static final String RULES = "/apis/apps.kusionstack.io/v1alpha1/namespaces/%s/podtransitionrules";
    private static final String LIFECYCLE = ".podopslifecycle.kusionstack.io/";
    private static final String OLD = "registry.example/web:v1";
    private static final String NEW = "registry.example/web:v2";
    /** What the host still writes after the last Pod is back: the status of set and rule. */
    private static final Duration AFTERMATH = Duration.ofSeconds(2);
    /** For so long after its start the host gives no slot of a rule: an earlier process might have given it. */
    private static final Duration BEFORE_SLOTS = Duration.ofSeconds(12);

    private final JsonMapper json = JsonMapper.builder().build();
    private final ControlPlane cluster;
    private final KubeApi api;
    private final HostProcess host;
    private final String namespace;

    Update(ControlPlane cluster, KubeApi api, HostProcess host, String namespace) {
        this.cluster = cluster;
        this.api = api;
        this.host = host;
        this.namespace = namespace;
    }

    /** Creates the set, waits until all its Pods serve, changes the image and waits until all serve again. */
    UpdateReport measure(int pods, Duration floor) throws InterruptedException, IOException {
        try (PodBoard board = new PodBoard(api, namespace)) {
            api.create(String.format(RULES, namespace), rule());
            api.create(String.format(SETS, namespace), set(pods));
            board.awaitAll(all -> all.size() == pods && all.stream().allMatch(pod -> serves(pod, OLD)));
            pause(BEFORE_SLOTS);
            Instant began = Instant.now();
            Duration cpuBefore = host.process().cpu();
            api.patch(String.format(SETS, namespace) + "/web", PatchType.MERGE, template(NEW));
            board.awaitAll(all -> all.size() == pods && all.stream().allMatch(pod -> serves(pod, NEW)));
            Duration took = Duration.between(began, Instant.now());
            pause(AFTERMATH);
            Duration cpu = host.process().cpu().minus(cpuBefore);
            try (Stream<AuditEvent> events = AuditLog.read(cluster.instance().auditLog())) {
                AuditSummary asked = AuditSummary.of(events.filter(event ->
                        event.client().startsWith("operating") && event.time().isAfter(began)));
                return new UpdateReport(pods, took, floor, cpu, asked);
            }
        }
    }

    private static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    private static boolean serves(JsonNode pod, String image) {
        return pod.at("/spec/containers/0/image").asText().equals(image)
                && Pods.ready(pod)
                && Pods.hasLabel(pod, Pods.SERVICE_AVAILABLE)
                && !isOperatedOn(pod);
    }

    private static boolean isOperatedOn(JsonNode pod) {
        Iterator<String> labels = pod.at("/metadata/labels").fieldNames();
        while (labels.hasNext()) {
            if (labels.next().contains(LIFECYCLE)) {
                return true;
            }
        }
        return false;
    }

    private ObjectNode set(int pods) {
        ObjectNode set = object("CollaSet", "web");
        set.withObject("/spec").put("replicas", pods);
        set.withObject("/spec/selector/matchLabels").put("app", "web");
        set.withObject("/spec/template/metadata/labels").put("app", "web");
        set.withObject("/spec/updateStrategy").put("podUpgradePolicy", "InPlaceIfPossible");
        set.withObject("/spec").set("template", template(OLD).at("/spec/template"));
        set.withObject("/spec/template/metadata/labels").put("app", "web");
        return set;
    }

    private ObjectNode template(String image) {
        ObjectNode patch = json.createObjectNode();
        patch.withObject("/spec/template/spec")
                .putArray("containers")
                .addObject()
                .put("name", "app")
                .put("image", image);
        return patch;
    }

    private ObjectNode rule() {
        ObjectNode rule = object("PodTransitionRule", "all-at-once");
        rule.withObject("/spec/selector/matchLabels").put("app", "web");
        rule.withObject("/spec")
                .putArray("rules")
                .addObject()
                .put("name", "availability")
                .putObject("availablePolicy")
                .put("maxUnavailableValue", "100%");
        return rule;
    }

    private ObjectNode object(String kind, String name) {
        ObjectNode object = json.createObjectNode()
                .put("apiVersion", "apps.kusionstack.io/v1alpha1")
                .put("kind", kind);
        object.putObject("metadata").put("name", name).put("namespace", namespace);
        return object;
    }

    /** The namespaces this needs. */
    static List<String> namespaces() {
        return List.of("floor", "bench");
    }
}
