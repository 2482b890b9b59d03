package io.kusionstack.operating.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.demo.Neighbours;
import io.kusionstack.operating.testbed.demo.Playground;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.HostProcess;
import io.kusionstack.operating.testbed.operator.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The packaged operator with all plugins that do harm, each with Pods bound to it, beside Pods bound to none. */
@ExtendWith(TestCluster.class)
class HostileNeighboursIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String OURS = "hostile-ours";
    private static final String THEIRS = "hostile-theirs";

    @Test
    void theirPodsWaitWithAReasonAndOursAreUpdated(ControlPlane cluster, SimulatedNodes nodes) throws Exception {
        try (KubeApi admin = new KubeApi(cluster.connection(ControlPlaneOptions.ADMIN), "hostile-it")) {
            namespace(admin, OURS);
            namespace(admin, THEIRS);
        }
        try (Playground playground = Playground.open(cluster, nodes, setup())) {
            playground.host().awaitReady();
            Neighbours neighbours =
                    new Neighbours(playground.api(), THEIRS, ROOT.resolve("testplugins/trial/neighbours.yaml"));
            neighbours.moveIn();
            Sample.of(ROOT.resolve("samples/collaset")).create(playground.api(), OURS);
            until(() -> images(playground, OURS).size() >= 1);

            neighbours.update();
            playground
                    .api()
                    .patch(
                            "/apis/apps.kusionstack.io/v1alpha1/namespaces/" + OURS + "/collasets/web",
                            PatchType.MERGE,
                            image());

            until(() -> images(playground, OURS).equals(Set.of("registry.example/ours:v2")));
            until(() -> allSaid(neighbours.waits(playground.host())));
            assertThat(playground.host().answers("/livez")).isTrue();
            assertThat(playground.host().page("/readyz")).startsWith("ok\nplugins: blocks-at-start-");
            assertThat(callsInFlight(playground.host()))
                    .allSatisfy(calls -> assertThat(calls).isLessThanOrEqualTo(16));
        }
    }

    /** What has to be told of each plugin: its rule, or its traffic control, by name and cause. */
    private static boolean allSaid(Map<String, Set<String>> waits) {
        return says(waits, "hangs", "PluginFailed: plugin \"hangs-")
                && says(waits, "throws-errors", "PluginFailed: plugin \"throws-errors-")
                && says(waits, "wrong-answers", "PluginFailed: plugin \"wrong-answers-")
                && says(waits, "ignores-interruption", "PluginFailed: plugin \"ignores-interruption-")
                && says(waits, "blocks-at-start", "PluginUnavailable: plugin \"blocks-at-start-");
    }

    private static boolean says(Map<String, Set<String>> waits, String plugin, String text) {
        return waits.get(plugin).stream().anyMatch(wait -> wait.startsWith(text));
    }

    private static Set<Integer> callsInFlight(HostProcess host) throws IOException {
        Set<Integer> calls = new HashSet<>();
        for (JsonNode plugin :
                new JsonMapper().readTree(host.page("/explain/plugins")).path("plugins")) {
            calls.add(plugin.path("callsInFlight").asInt());
        }
        return calls;
    }

    private static Set<String> images(Playground playground, String namespace) {
        Set<String> images = new HashSet<>();
        playground
                .api()
                .list("/api/v1/namespaces/" + namespace + "/pods")
                .items()
                .forEach(pod ->
                        images.add(pod.at("/status/containerStatuses/0/image").asText()));
        return images;
    }

    private static ObjectNode image() {
        ObjectNode patch = new JsonMapper().createObjectNode();
        patch.withObject("/spec/template/spec")
                .putArray("containers")
                .addObject()
                .put("name", "main")
                .put("image", "registry.example/ours:v2");
        return patch;
    }

    private static Playground.Setup setup() {
        ObjectNode config = HostProcess.config();
        config.putArray("watchNamespaces").add(THEIRS);
        config.withObject("/plugins").put("loadTimeout", "2s").put("callTimeout", "2s");
        Playground.Setup setup = Playground.Setup.of(ROOT.resolve("distribution/target/operating"), OURS)
                .with(config);
        for (Path jar : Neighbours.jars(ROOT.resolve("testplugins"))) {
            setup = setup.with(jar);
        }
        return setup;
    }

    private static void namespace(KubeApi api, String name) {
        ObjectNode namespace =
                new JsonMapper().createObjectNode().put("apiVersion", "v1").put("kind", "Namespace");
        namespace.putObject("metadata").put("name", name);
        api.create("/api/v1/namespaces", namespace);
    }

    private static void until(BooleanSupplier condition) {
        assertThat(Await.until(LIMIT, condition)).isTrue();
    }
}
