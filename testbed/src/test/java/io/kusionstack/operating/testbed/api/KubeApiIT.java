package io.kusionstack.operating.testbed.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An API server of its own, because one test takes it away. */
class KubeApiIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private static ControlPlane cluster;
    private static KubeApi api;

    @BeforeAll
    static void start() {
        cluster = ControlPlane.start(ControlPlaneOptions.defaults().withoutControllers());
        api = new KubeApi(cluster.connection("admin"), "kube-api-test/1");
        await().atMost(PATIENCE)
                .until(() -> api.find("/api/v1/namespaces/default").isPresent());
    }

    @AfterAll
    static void stop() {
        api.close();
        cluster.close();
    }

    @Test
    void createsReadsAndDeletes() {
        JsonNode created = create("plain", "{a: one}");

        assertThat(api.get(MAPS + "/plain")).isEqualTo(created);

        api.delete(
                MAPS + "/plain",
                json("{preconditions: {uid: " + created.at("/metadata/uid").asText() + "}}"));
        assertThat(api.find(MAPS + "/plain")).isEmpty();
    }

    @Test
    void patchesInEveryWay() {
        String path = MAPS + "/patched";
        create("patched", "{a: one}");

        api.patch(path, PatchType.MERGE, json("{data: {a: null, b: two}}"));
        api.patch(path, PatchType.STRATEGIC_MERGE, json("{data: {c: three}}"));
        api.patch(path, PatchType.JSON, json("[{op: add, path: /data/d, value: four}]"));
        api.send(path, PatchType.MERGE, json("{data: {e: five}}"));
        JsonNode last = api.patch(
                path + "?fieldManager=test",
                PatchType.APPLY,
                json("{apiVersion: v1, kind: ConfigMap, data: {f: six}}"));

        assertThat(last.path("data")).isEqualTo(json("{b: two, c: three, d: four, e: five, f: six}"));
    }

    @Test
    void aReplacementAtAnOldVersionIsAConflict() {
        JsonNode first = create("replaced", "{a: one}");
        api.patch(MAPS + "/replaced", PatchType.MERGE, json("{data: {a: two}}"));

        assertThatThrownBy(() -> api.replace(MAPS + "/replaced", first))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.isConflict()).isTrue())
                .hasMessageContaining("the object has been modified");
    }

    @Test
    void aRefusalHasStatusReasonAndMessage() {
        create("twice", "{}");

        assertThatThrownBy(() -> create("twice", "{}")).isInstanceOfSatisfying(ApiException.class, e -> {
            assertThat(e.status()).isEqualTo(409);
            assertThat(e.reason()).isEqualTo("AlreadyExists");
            assertThat(e).hasMessageContaining("configmaps \"twice\" already exists");
        });
    }

    @Test
    void aServerThatIsNotThereIsNoRefusal() {
        Connection admin = cluster.connection("admin");
        Connection nobody = new Connection(URI.create("https://127.0.0.1:1"), admin.caCertificate(), admin.token());
        try (KubeApi lonely = new KubeApi(nobody, "kube-api-test/1")) {
            assertThatThrownBy(() -> lonely.get("/version")).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void anUnknownTokenIsRefused() {
        Connection admin = cluster.connection("admin");
        try (KubeApi stranger =
                new KubeApi(new Connection(admin.server(), admin.caCertificate(), "wrong"), "kube-api-test/1")) {
            assertThatThrownBy(() -> stranger.get("/api/v1/nodes"))
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.status()).isEqualTo(401));
        }
    }

    @Test
    void listsMoreThanAPage() {
        api.createFromYaml("{apiVersion: v1, kind: Namespace, metadata: {name: pages}}", "");
        String maps = "/api/v1/namespaces/pages/configmaps";
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 501; i++) {
                JsonNode map = json("{metadata: {name: map-" + i + "}}");
                threads.submit(() -> api.create(maps, map));
            }
        }

        assertThat(api.list(maps).items()).hasSize(501);
    }

    @Test
    void createsAllDocumentsOfAYamlTextWhereTheyBelong() {
        List<JsonNode> created = api.createFromYaml("""
                ---
                apiVersion: v1
                kind: Namespace
                metadata: {name: yaml}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: one, namespace: yaml}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: two}
                spec:
                  selector: {matchLabels: {a: b}}
                  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}
                """, "yaml");

        assertThat(created)
                .extracting(object -> object.path("kind").asText())
                .containsExactly("Namespace", "ConfigMap", "Deployment");
        assertThat(api.find("/apis/apps/v1/namespaces/yaml/deployments/two")).isPresent();
        assertThatThrownBy(() -> api.collection("v1", "Unheard", "yaml")).hasMessageContaining("Unheard");
    }

    @Test
    void aWatchTellsWhatIsThereThenWhatChangesAcrossARestartOfTheServer() {
        create("before", "{}");
        List<String> seen = new CopyOnWriteArrayList<>();
        try (Watch watch = api.watch(MAPS + "?labelSelector=watched%3Dyes", event -> seen.add(line(event)))) {
            await().atMost(PATIENCE).until(() -> seen.contains("synced"));
            watched("during", "Added");
            await().atMost(PATIENCE).until(() -> seen.contains("added during"));

            cluster.restartApiServer();
            try (KubeApi fresh = new KubeApi(cluster.connection("admin"), "kube-api-test/1")) {
                fresh.patch(MAPS + "/during", PatchType.MERGE, json("{data: {a: changed}}"));
                fresh.delete(MAPS + "/during");
            }

            await().atMost(PATIENCE).until(() -> seen.contains("deleted during"));
        }

        assertThat(seen).containsExactly("synced", "added during", "modified during", "deleted during");
    }

    @Test
    void aWatchFromAVersionTellsOnlyWhatCameAfterIt() {
        watched("old", "Added");
        String version = api.list(MAPS).resourceVersion();
        List<String> seen = new CopyOnWriteArrayList<>();
        String labelled = MAPS + "?labelSelector=watched%3Dyes";
        try (Watch watch = api.watchFrom(labelled, version, event -> seen.add(line(event)))) {
            api.delete(MAPS + "/old");
            await().atMost(PATIENCE).until(() -> !seen.isEmpty());
        }

        assertThat(seen).containsExactly("deleted old");
    }

    private static JsonNode create(String name, String data) {
        return api.create(MAPS, json("{metadata: {name: " + name + "}, data: " + data + "}"));
    }

    private static void watched(String name, String value) {
        api.create(MAPS, json("{metadata: {name: " + name + ", labels: {watched: 'yes'}}, data: {a: " + value + "}}"));
    }

    private static String line(WatchEvent event) {
        return switch (event) {
            case WatchEvent.Added(JsonNode object) -> "added " + name(object);
            case WatchEvent.Modified(JsonNode object) -> "modified " + name(object);
            case WatchEvent.Deleted(JsonNode object) -> "deleted " + name(object);
            case WatchEvent.Synced(String version) -> "synced";
            case WatchEvent.Restarted() -> "restarted";
        };
    }

    private static String name(JsonNode object) {
        return object.at("/metadata/name").asText();
    }

    private static JsonNode json(String yaml) {
        try {
            return new YAMLMapper().readTree(yaml);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
