package io.kusionstack.operating.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.Connection;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.Definitions;
import io.kusionstack.operating.testbed.operator.HostProcess;
import io.kusionstack.operating.testbed.operator.PluginFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The sample's README, done: built by its own pom, dropped into the plugin directory, in the way of an update. */
@ExtendWith(TestCluster.class)
class ChangeWindowSampleIT {
    private static final Path SAMPLE = Path.of("..", "samples", "change-window-rule");
    private static final Path DISTRIBUTION = Path.of("..", "distribution", "target", "operating")
            .toAbsolutePath()
            .normalize();
    private static final String OLD = "registry.example/web:v1";
    private static final String NEW = "registry.example/web:v2";
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final YAMLMapper yaml = new YAMLMapper();

    @Test
    void holdsAnUpdateUntilTheWindowOpensOrTheGlassIsBroken(
            ControlPlane cluster, Connection admin, TestNamespace namespace, SimulatedNodes nodes)
            throws IOException, InterruptedException {
        Path target = new VendorBuild(Path.of("target", "change-window-rule")).verify(SAMPLE);
        PluginFolder plugins = PluginFolder.at(target.resolve("plugins")).add(target.resolve("change-window-rule.jar"));
        KubeApi api = new KubeApi(admin, "change-window-it/1");
        Definitions.of(DISTRIBUTION.resolve("deploy/crds")).install(api);
        ObjectNode config = HostProcess.config().put("endpointSettle", "0s");
        config.putObject("limits").put("requestTimeout", "2s");
        config.putArray("watchNamespaces").add(namespace.name());
        config.set("plugins", plugins.section());
        try (HostProcess host =
                HostProcess.start(cluster, DISTRIBUTION, "admin", config).awaitReady()) {
            Web web = new Web(api, namespace, host);
            web.create("podtransitionrules", rule(2, 3));
            web.create("collasets", yaml.readTree(set()));
            web.await("three Pods serve " + OLD, () -> web.serving(OLD) == 3);

            web.patch("collasets", "web", image(NEW));
            web.await("all wait for the window", () -> web.waitingForTheWindow() == 3);
            assertThat(web.serving(OLD)).isEqualTo(3);
            web.await("the rule says so", () -> web.ruleStatus().contains("WindowClosed"));

            web.breakGlass(web.pods().getFirst());
            web.await("one goes on", () -> web.serving(NEW) == 1);
            assertThat(web.serving(OLD)).isEqualTo(2);
            assertThat(web.waitingForTheWindow()).isEqualTo(2);

            web.patch("podtransitionrules", "web-changes", rule(-1, 1));
            web.await("all go on", () -> web.serving(NEW) == 3);
        }
    }

    /** The sample's own rule, every day, with a window that opens and closes so many hours from now. */
    private ObjectNode rule(int opens, int closes) throws IOException {
        ObjectNode rule = (ObjectNode) yaml.readTree(SAMPLE.resolve("rule.yaml").toFile());
        ObjectNode window = (ObjectNode) rule.at("/spec/rules/0/plugin/config");
        window.put("from", hours(opens)).put("to", hours(closes)).put("zone", "UTC");
        window.putArray("days");
        return rule;
    }

    private static String hours(int fromNow) {
        return LocalTime.now(ZoneOffset.UTC)
                .plusHours(fromNow)
                .truncatedTo(ChronoUnit.MINUTES)
                .toString();
    }

    private static String set() {
        return """
                apiVersion: apps.kusionstack.io/v1alpha1
                kind: CollaSet
                metadata: {name: web}
                spec:
                  replicas: 3
                  selector: {matchLabels: {app: web}}
                  updateStrategy: {podUpgradePolicy: InPlaceIfPossible}
                  template:
                    metadata: {labels: {app: web}}
                    spec: {containers: [{name: app, image: "%s"}]}
                """.formatted(OLD);
    }

    private JsonNode image(String image) throws IOException {
        return yaml.readTree("spec: {template: {spec: {containers: [{name: app, image: \"" + image + "\"}]}}}");
    }

    /** The Pods of the set, as the API server and the operator tell of them. */
    private record Web(KubeApi api, TestNamespace namespace, HostProcess host) {
        void create(String plural, JsonNode object) {
            api.create(collection(plural), object);
        }

        void patch(String plural, String name, JsonNode patch) {
            api.patch(collection(plural) + "/" + name, PatchType.MERGE, patch);
        }

        private String collection(String plural) {
            return namespace.path("/apis/apps.kusionstack.io/v1alpha1", plural);
        }

        List<JsonNode> pods() {
            List<JsonNode> pods = new ArrayList<>();
            api.get(namespace.path("/api/v1", "pods")).path("items").forEach(pods::add);
            return pods;
        }

        long serving(String image) {
            return pods().stream()
                    .filter(pod -> pod.at("/spec/containers/0/image").asText().equals(image))
                    .filter(pod -> pod.at("/metadata/labels").has("podopslifecycle.kusionstack.io/service-available"))
                    .count();
        }

        long waitingForTheWindow() {
            return pods().stream()
                    .flatMap(pod -> host
                            .explain(
                                    "pods",
                                    namespace.name(),
                                    pod.at("/metadata/name").asText())
                            .stream())
                    .filter(explanation -> explanation.path("waits").toString().contains("WindowClosed"))
                    .count();
        }

        String ruleStatus() {
            return api.get(collection("podtransitionrules") + "/web-changes")
                    .path("status")
                    .toString();
        }

        void breakGlass(JsonNode pod) {
            ObjectNode patch = HostProcess.config();
            patch.withObject("/metadata/annotations").put("change-window.kusionstack.io/break-glass", "incident 4711");
            String name = pod.at("/metadata/name").asText();
            api.patch(namespace.path("/api/v1", "pods") + "/" + name, PatchType.MERGE, patch);
        }

        void await(String what, BooleanSupplier condition) {
            assertThat(Await.until(LIMIT, condition))
                    .as(() -> what + "; the Pods: " + pods() + "; the rule: " + ruleStatus())
                    .isTrue();
        }
    }
}
