package io.kusionstack.operating.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.demo.Drain;
import io.kusionstack.operating.testbed.demo.Playground;
import io.kusionstack.operating.testbed.demo.SeenPod;
import io.kusionstack.operating.testbed.demo.Traffic;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.HostProcess;
import io.kusionstack.operating.testbed.operator.Sample;
import io.kusionstack.operating.testbed.slb.SlbBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * One namespace in which samples/quickstart is applied: the set {@code web} behind a load balancer; and beside it the set
 * {@code free}, which is behind nothing and under no rule. One operator looks after both.
 */
final class Shop implements AutoCloseable {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    static final Path DISTRIBUTION = ROOT.resolve("distribution/target/operating");
    static final Duration LIMIT = Duration.ofMinutes(3);
    static final Traffic.Load LOAD = new Traffic.Load(50, Duration.ofMillis(1500), 3);

    private static final String GROUP = "/apis/apps.kusionstack.io/v1alpha1/namespaces/";

    final Playground playground;
    final Sample sample;
    private final Denials denials;

    private Shop(Playground playground, Sample sample, Denials denials) {
        this.playground = playground;
        this.sample = sample;
        this.denials = denials;
    }

    /** Starts the operator; applies nothing yet. */
    static Shop open(ControlPlane cluster, SimulatedNodes nodes, String namespace, Path... plugins) {
        if (!Await.until(LIMIT, nodes::areSchedulable)) {
            throw new IllegalStateException("the nodes are not schedulable");
        }
        ObjectNode config = HostProcess.config();
        config.putObject("limits").put("requestTimeout", "2s");
        config.withObject("/plugins").put("callTimeout", "3s");
        Playground.Setup setup = Playground.Setup.of(DISTRIBUTION, namespace).with(config);
        for (Path plugin : plugins) {
            setup = setup.with(plugin);
        }
        Playground playground = Playground.open(cluster, nodes, setup);
        playground.host().awaitReady();
        return new Shop(
                playground,
                Sample.of(ROOT.resolve("samples/quickstart")),
                new Denials(cluster.instance().auditLog()));
    }

    /** Makes the sample's load balancer and creates all its objects, with so many Pods and such a drain. */
    void apply(int pods, int drainSeconds) {
        sample.the("CollaSet").withObject("/spec").put("replicas", pods);
        ((ObjectNode) sample.the("Service").at("/metadata/annotations"))
                .put("slb.traffic.operating.kusionstack.io/drain-seconds", String.valueOf(drainSeconds));
        playground.balance(sample.the("Service"));
        sample.create(playground.api(), playground.namespace());
    }

    /** Creates the set {@code free}. */
    void applyFree(int pods) {
        applySet("free", pods);
    }

    /** Creates a set that is behind nothing and under no rule yet; its Pods have its name as label {@code app}. */
    void applySet(String name, int pods) {
        ObjectNode set = sample.the("CollaSet").deepCopy();
        set.withObject("/metadata").put("name", name);
        set.withObject("/spec").put("replicas", pods);
        set.withObject("/spec/selector/matchLabels").put("app", name);
        set.withObject("/spec/template/metadata/labels").put("app", name);
        playground.api().create(GROUP + playground.namespace() + "/collasets", set);
    }

    void update(String set, String image) {
        ObjectNode patch = HostProcess.config();
        patch.withObject("/spec/template/spec")
                .putArray("containers")
                .addObject()
                .put("name", "app")
                .put("image", image);
        playground.api().patch(GROUP + playground.namespace() + "/collasets/" + set, PatchType.MERGE, patch);
    }

    void patch(String path, ObjectNode patch) {
        playground.api().patch(path, PatchType.MERGE, patch);
    }

    /** The collection of PodTransitionRules. */
    String rules() {
        return GROUP + playground.namespace() + "/podtransitionrules";
    }

    String servicePath() {
        return "/api/v1/namespaces/" + playground.namespace() + "/services/web";
    }

    /** A rule of a set: how many Pods may be out, as a number or per cent. */
    static ObjectNode rule(String set, String maxUnavailable) {
        ObjectNode rule = HostProcess.config()
                .put("apiVersion", "apps.kusionstack.io/v1alpha1")
                .put("kind", "PodTransitionRule");
        rule.withObject("/metadata").put("name", set);
        rule.withObject("/spec/selector/matchLabels").put("app", set);
        ObjectNode policy = rule.withObject("/spec")
                .putArray("rules")
                .addObject()
                .put("name", "slots")
                .putObject("availablePolicy");
        if (maxUnavailable.endsWith("%")) {
            policy.put("maxUnavailableValue", maxUnavailable);
        } else {
            policy.put("maxUnavailableValue", Integer.parseInt(maxUnavailable));
        }
        return rule;
    }

    /** The same, and no Pod begins before it has the label that {@link #openWindow} writes. */
    static ObjectNode ruleWithWindow(String set, String maxUnavailable) {
        ObjectNode rule = rule(set, maxUnavailable);
        rule.withArray("/spec/rules")
                .addObject()
                .put("name", "open")
                .putObject("labelCheck")
                .putObject("requires")
                .putObject("matchLabels")
                .put("window", "open");
        return rule;
    }

    /** Lets the Pods of {@link #ruleWithWindow} begin. */
    void openWindow() {
        ObjectNode open = HostProcess.config();
        open.withObject("/metadata/labels").put("window", "open");
        String pods = "/api/v1/namespaces/" + playground.namespace() + "/pods/";
        playground.pods().pods().forEach(pod -> patch(pods + pod.name(), open));
    }

    /** Whether so many Pods of a set, and no others, serve the image. */
    boolean awaitServing(String set, int pods, String image) throws InterruptedException {
        return playground.pods().await(LIMIT, all -> {
            List<SeenPod> its = of(set, all);
            return its.size() == pods && its.stream().allMatch(pod -> pod.serves(image));
        });
    }

    private static List<SeenPod> of(String set, List<SeenPod> pods) {
        return pods.stream().filter(pod -> pod.name().startsWith(set + "-")).toList();
    }

    /** What the operator says a set's Pods wait for, first things first: reason, on, message. */
    List<String> waits(String set) {
        List<String> waits = new ArrayList<>();
        Optional<JsonNode> explanation = playground.host().explain("sets", playground.namespace(), set);
        explanation.ifPresent(tree -> tree.path("pods")
                .forEach(pod -> pod.path("waits")
                        .forEach(wait -> waits.add(wait.path("reason").asText() + " "
                                + wait.path("on").asText() + ": "
                                + wait.path("message").asText()))));
        return waits;
    }

    /** Waits until the operator says so of a Pod of the set. */
    boolean awaitWait(String set, Predicate<String> wanted) {
        return Await.until(LIMIT, () -> waits(set).stream().anyMatch(wanted));
    }

    /** All removals at the load balancer so far. */
    List<Drain> drains() {
        return playground.groups().stream()
                .flatMap(group -> Drain.of(playground.balancer().history(group)).stream())
                .toList();
    }

    /** Whom the load balancer has, whatever their weight. */
    Set<String> registered() {
        return playground.groups().stream()
                .flatMap(group -> playground.balancer().backends(group).stream())
                .map(SlbBackend::serverIp)
                .collect(Collectors.toSet());
    }

    /** The addresses of a set's Pods. */
    Set<String> addresses(String set) {
        return of(set, playground.pods().pods()).stream().map(SeenPod::address).collect(Collectors.toSet());
    }

    /** Ends the operator, which was to have every right it used. */
    @Override
    public void close() {
        playground.close();
        denials.assertNone(playground.namespace());
    }
}
