package io.kusionstack.operating.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.host.world.Crds;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.Connection;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.operator.Definitions;
import io.kusionstack.operating.testbed.operator.HostProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The packaged host beside an API server that lacks something, goes away, comes back. */
class HostIT {
    private static final Path DISTRIBUTION = Path.of("target", "operating");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
    private static final String BINDINGS = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
    private static final Definitions DEFINITIONS = Crds.OF_THIS_PROJECT;

    @RegisterExtension
    final TestCluster testCluster =
            TestCluster.with(TestCluster.defaults().withoutControllers().withoutAudit());

    private ControlPlane cluster;
    private KubeApi api;

    @BeforeEach
    void connect(ControlPlane lent, Connection admin) {
        cluster = lent;
        api = new KubeApi(admin, "host-it");
        DEFINITIONS.install(api);
    }

    @AfterEach
    void disconnect() {
        api.close();
    }

    @Test
    void isReadyWithTheRoleOfTheDeploymentAndEndsWhenAsked() throws IOException {
        bindRole("host");
        try (HostProcess host = start("host", "role")) {
            host.awaitReady();

            assertThat(host.answers("/livez")).isTrue();
            assertThat(host.metrics()).contains("operating_cached_pods 0.0");
            assertThat(host.explain("pods", "default", "nobody")).isEmpty();
            assertThat(host.process().terminate(LIMIT)).hasValue(143);
            assertThat(log(host)).contains("Stopping").contains("Stopped");
        }
    }

    @Test
    void refusesAClusterWithoutItsDefinitionsAndNamesTheCommandThatHelps() throws IOException {
        DEFINITIONS.remove(api);
        try (HostProcess host = start("admin", "definitions")) {
            until(() -> !host.process().isRunning());

            assertThat(host.process().exitCode()).hasValue(1);
            assertThat(log(host))
                    .contains("CustomResourceDefinition collasets.apps.kusionstack.io is missing")
                    .contains("kubectl apply -f deploy/crds/apps.kusionstack.io_collasets.yaml")
                    .contains("kubectl apply -f deploy/crds/apps.kusionstack.io_podtransitionrules.yaml")
                    .contains("kubectl apply -f deploy/crds/apps.kusionstack.io_resourcecontexts.yaml");
        }
    }

    @Test
    void refusesToRunWithoutItsRightsAndNamesThem() throws IOException {
        try (HostProcess host = start("guest", "rights")) {
            until(() -> !host.process().isRunning());

            assertThat(host.process().exitCode()).hasValue(1);
            assertThat(log(host))
                    .contains("no right to patch pods/status in rights: bind the roles of deploy/rbac.yaml")
                    .contains("no right to list collasets.apps.kusionstack.io in rights");
        }
    }

    @Test
    void waitsForAnApiServerThatIsAwayAtTheStart() throws IOException {
        cluster.stopApiServer();
        HostProcess host = start("admin", "away");
        try {
            until(() -> log(host).contains("Waiting for the API server"));
            assertThat(host.answers("/livez")).isTrue();
            assertThat(host.answers("/readyz")).isFalse();
        } finally {
            cluster.startApiServer();
        }
        try (host) {
            host.awaitReady();
        }
    }

    @Test
    void saysThatItIsNotReadyWhileTheApiServerIsAwayAndGoesOnAfter() {
        try (HostProcess host = start("admin", "middle")) {
            host.awaitReady();

            cluster.stopApiServer();
            try {
                until(() -> !host.answers("/readyz"));
                assertThat(host.answers("/livez")).isTrue();
            } finally {
                cluster.startApiServer();
            }

            host.awaitReady();
        }
    }

    @Test
    void isReadyThoughAPluginIsRefusedAndNamesIt(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("broken.jar"), "this is not a jar");
        ObjectNode config = HostProcess.config();
        config.putArray("watchNamespaces").add("plugins");
        config.putObject("plugins").put("directory", folder.toString());
        try (HostProcess host = HostProcess.start(cluster, DISTRIBUTION, "admin", config)) {
            host.awaitReady();

            assertThat(host.page("/readyz"))
                    .startsWith("ok\nplugins: broken.jar is refused: it is not a jar, or not all of one:");
            assertThat(host.page("/explain/plugins")).contains("\"state\" : \"refused\"");
            assertThat(host.metrics()).contains("operating_plugins_jars{state=\"refused\"} 1.0");
        }
    }

    @Test
    void saysOfASetThatItsStatusIsRefusedAndWhenItIsTriedAgain() {
        api.create(POLICIES, json("""
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingAdmissionPolicy
                metadata: {name: no-status}
                spec:
                  matchConstraints:
                    resourceRules:
                      - {apiGroups: [apps.kusionstack.io], apiVersions: ["*"], operations: [UPDATE], resources: [collasets/status]}
                  validations:
                    - {expression: "false", message: no status today}
                """));
        api.create(BINDINGS, json("""
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingAdmissionPolicyBinding
                metadata: {name: no-status}
                spec: {policyName: no-status, validationActions: [Deny]}
                """));
        String sets = "/apis/apps.kusionstack.io/v1alpha1/namespaces/default/collasets";
        try (HostProcess host = start("admin", "default")) {
            host.awaitReady();

            // until the policy counts: statuses are written for sets of before
            AtomicInteger made = new AtomicInteger();
            until(() -> {
                String name = "web-" + made.incrementAndGet();
                api.create(sets, set(name));
                return Await.until(Duration.ofSeconds(5), () -> isRefused(host, name));
            });

            api.delete(BINDINGS + "/no-status");
            api.delete(POLICIES + "/no-status");
            for (JsonNode set : api.list(sets).items()) {
                api.delete(sets + "/" + set.at("/metadata/name").asText());
            }
            until(() -> api.list(sets).items().isEmpty());
        }
    }

    private static boolean isRefused(HostProcess host, String set) {
        JsonNode answer = host.explain("sets", "default", set).orElse(MissingNode.getInstance());
        JsonNode wait = answer.path("waits").path(0);
        return wait.path("reason").asText().equals("RefusedByServer")
                && wait.path("message").asText().contains("no status today")
                && wait.path("message").asText().contains("the numbers of its last status are shown")
                && answer.hasNonNull("nextLook");
    }

    private static JsonNode set(String name) {
        return json("""
                apiVersion: apps.kusionstack.io/v1alpha1
                kind: CollaSet
                metadata: {name: %s}
                spec:
                  replicas: 0
                  selector: {matchLabels: {app: %s}}
                  template:
                    metadata: {labels: {app: %s}}
                    spec: {containers: [{name: web, image: "web:v1"}]}
                """.formatted(name, name, name));
    }

    private static JsonNode json(String yaml) {
        try {
            return new YAMLMapper().readTree(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Each with a namespace of its own, by which its log is named. */
    private HostProcess start(String user, String namespace) {
        ObjectNode config = HostProcess.config();
        config.putArray("watchNamespaces").add(namespace);
        return HostProcess.start(cluster, DISTRIBUTION, user, config);
    }

    private void bindRole(String user) throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        List<JsonNode> documents = yaml.readerFor(JsonNode.class)
                .<JsonNode>readValues(Path.of("..", "deploy", "rbac.yaml").toFile())
                .readAll();
        for (JsonNode document : documents) {
            String kind = document.path("kind").asText();
            if (kind.equals("ClusterRole")) {
                api.create("/apis/rbac.authorization.k8s.io/v1/clusterroles", document);
            } else if (kind.equals("ClusterRoleBinding")) {
                ((ObjectNode) document)
                        .withArray("subjects")
                        .removeAll()
                        .addObject()
                        .put("kind", "User")
                        .put("name", user);
                api.create("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", document);
            }
        }
    }

    private static String log(HostProcess host) {
        try {
            return Files.readString(host.process().log());
        } catch (IOException notYet) {
            return "";
        }
    }

    private static void until(BooleanSupplier condition) {
        assertThat(Await.until(LIMIT, condition)).isTrue();
    }
}
