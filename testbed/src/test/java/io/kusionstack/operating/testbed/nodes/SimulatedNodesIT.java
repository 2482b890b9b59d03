package io.kusionstack.operating.testbed.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.testbed.api.ApiException;
import io.kusionstack.operating.testbed.api.Connection;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.api.Watch;
import io.kusionstack.operating.testbed.api.WatchEvent;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What only a real API server can show: that it stores what the nodes say, in that order, and nothing is lost. */
@ExtendWith(TestCluster.class)
class SimulatedNodesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String GATED = """
            apiVersion: v1
            kind: Pod
            metadata: {name: web, labels: {app: web}}
            spec:
              readinessGates: [{conditionType: test/gate}]
              containers:
              - name: app
                image: web:v1
                lifecycle: {preStop: {sleep: {seconds: 1}}}
            """;

    private KubeApi api;
    private TestNamespace namespace;
    private SimulatedNodes nodes;
    private String pods;

    @BeforeEach
    void begin(Connection admin, TestNamespace namespace, SimulatedNodes nodes) {
        this.api = new KubeApi(admin, "simulated-nodes-test/1");
        this.namespace = namespace;
        this.nodes = nodes;
        this.pods = namespace.path("/api/v1", "pods");
        await().atMost(PATIENCE).until(nodes::areSchedulable);
    }

    @AfterEach
    void end() {
        api.close();
    }

    @Test
    void anInPlaceUpdateIsSeenAsItWasRecorded() {
        create(GATED);
        gate("True");
        awaitReady();
        List<String> seen = new CopyOnWriteArrayList<>();
        try (Watch watch = watch(seen)) {
            image("web:v2");
            await().atMost(PATIENCE).until(() -> seen.size() >= 4);
        }

        assertThat(seen)
                .containsExactly(
                        "gen=2 observed=1 Ready=True ContainersReady=True web:v1 restarts=0",
                        "gen=2 observed=2 Ready=True ContainersReady=True web:v1 restarts=0",
                        "gen=2 observed=2 Ready=False ContainersReady=False web:v2 restarts=1",
                        "gen=2 observed=2 Ready=True ContainersReady=True web:v2 restarts=1");
    }

    @Test
    void theGateAndTheMetadataOfOthersStayAsTheyAre() {
        create(GATED);
        gate("True");
        api.patch(pod(), PatchType.MERGE, json("{metadata: {annotations: {mine: kept}, finalizers: [test/mine]}}"));
        awaitReady();
        JsonNode before = api.get(pod());

        image("web:v2");
        await().atMost(PATIENCE).until(() -> restarts() == 1);

        JsonNode after = api.get(pod());
        assertThat(condition(after, "test/gate")).isEqualTo(condition(before, "test/gate"));
        assertThat(condition(after, "test/gate").has("observedGeneration")).isFalse();
        assertThat(after.at("/metadata/annotations")).isEqualTo(before.at("/metadata/annotations"));
        assertThat(after.at("/metadata/finalizers")).isEqualTo(before.at("/metadata/finalizers"));
        api.patch(pod(), PatchType.MERGE, json("{metadata: {finalizers: null}}"));
    }

    @Test
    void aReadyConditionLosesItsReasonWhenItTurnsTrue() {
        create(GATED);
        await().atMost(PATIENCE)
                .until(() -> condition(api.get(pod()), "Ready")
                        .path("reason")
                        .asText()
                        .equals("ReadinessGatesNotReady"));

        gate("True");
        awaitReady();

        assertThat(condition(api.get(pod()), "Ready").has("reason")).isFalse();
        assertThat(condition(api.get(pod()), "Ready").path("observedGeneration").asInt())
                .isEqualTo(1);
    }

    @Test
    void anEvictedPodStaysReadyThroughItsPreStopThenSucceedsAndDisappears() {
        create(GATED);
        gate("True");
        awaitReady();
        List<String> seen = new CopyOnWriteArrayList<>();
        try (Watch watch = watch(seen)) {
            evict();
            await().atMost(PATIENCE).until(() -> seen.contains("gone"));
        }

        assertThat(seen)
                .containsSubsequence(
                        "gen=2 observed=1 Ready=True ContainersReady=True web:v1 restarts=0 DisruptionTarget",
                        "gen=2 observed=2 Ready=True ContainersReady=True web:v1 restarts=0 DisruptionTarget",
                        "gen=2 observed=2 Ready=False ContainersReady=False web:v1 restarts=0 DisruptionTarget",
                        "gone");
    }

    @Test
    void anEvictionAgainstABudgetIsRefused() {
        create(GATED);
        api.createFromYaml("""
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: web}
                spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
                """, namespace.name());
        gate("True");
        awaitReady();

        assertThatThrownBy(this::evict)
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.status()).isEqualTo(429))
                .hasMessageContaining("Cannot evict pod as it would violate the pod's disruption budget");
    }

    @Test
    void aForcedDeletionIsOverAtOnce() {
        create(GATED);
        awaitRunning();

        api.delete(pod(), json("{gracePeriodSeconds: 0}"));

        assertThat(api.find(pod())).isEmpty();
    }

    @Test
    void historyTellsWhenThePodAnsweredWhateverTheApiSays() {
        String uid = create(GATED).at("/metadata/uid").asText();
        await().atMost(PATIENCE).until(() -> nodes.history().isServing(uid));
        Instant served = Instant.now();
        image("web:v2");
        await().atMost(PATIENCE).until(() -> restarts() == 1);

        assertThat(nodes.history().wasServing(uid, served)).isTrue();
        assertThat(nodes.history().wasServing(uid, served.minus(PATIENCE))).isFalse();
    }

    @Test
    void aLostNodeReportsNothingUntilItIsBack(Connection admin) {
        try (SimulatedNodes own = SimulatedNodes.start(admin, only("lost-node"))) {
            createOn("lost-node");
            gate("True");
            awaitReady();

            own.lose("lost-node");
            image("web:v2");

            assertThat(nodeReady("lost-node")).isEqualTo("Unknown");
            String lost = "gen=2 observed=1 Ready=False ContainersReady=True web:v1 restarts=0";
            await().atMost(PATIENCE).until(() -> line(api.get(pod())).equals(lost));
            assertThat(condition(api.get(pod()), "test/gate").path("status").asText())
                    .isEqualTo("True");
            await().during(Duration.ofSeconds(2))
                    .atMost(PATIENCE)
                    .until(() -> line(api.get(pod())).equals(lost));

            own.recover("lost-node");

            assertThat(nodeReady("lost-node")).isEqualTo("True");
            await().atMost(PATIENCE).until(() -> restarts() == 1);
            awaitReady();
            own.unregister();
        }
    }

    @Test
    void aNodeDoesWhatItsAnnotationsSay(Connection admin) {
        try (SimulatedNodes own = SimulatedNodes.start(admin, only("annotated"))) {
            createOn("annotated");
            gate("True");
            awaitReady();

            annotate("annotated", "lost: 200ms..1s");
            await().atMost(PATIENCE).until(() -> nodeReady("annotated").equals("Unknown"));
            await().atMost(PATIENCE).until(() -> nodeReady("annotated").equals("True"));
            awaitReady();

            annotate("annotated", "missing-images: 'other:*, web:v9'");
            image("web:v9");
            await().atMost(PATIENCE)
                    .until(() -> api.get(pod())
                            .at("/status/containerStatuses/0/state/waiting/reason")
                            .asText()
                            .equals("ErrImagePull"));
            own.unregister();
        }
    }

    @Test
    void chosenPodsAreUnreadyForAWhile() {
        create(GATED);
        gate("True");
        awaitReady();

        nodes.unready(namespace.name() + "/w*", Duration.ofSeconds(1));

        String unready = "gen=1 observed=1 Ready=False ContainersReady=False web:v1 restarts=0";
        await().atMost(PATIENCE).until(() -> line(api.get(pod())).equals(unready));
        awaitReady();
    }

    private void annotate(String node, String annotation) {
        api.patch(
                "/api/v1/nodes/" + node,
                PatchType.MERGE,
                json("{metadata: {annotations: {testbed.operating.kusionstack.io/" + annotation + "}}}"));
    }

    @Test
    void nodesStartedAgainGoOnWithTheSameContainers(Connection admin) {
        JsonNode before;
        try (SimulatedNodes first = SimulatedNodes.start(admin, only("again"))) {
            createOn("again");
            gate("True");
            awaitReady();
            before = api.get(pod());
        }

        try (SimulatedNodes second = SimulatedNodes.start(admin, only("again"))) {
            await().atMost(PATIENCE).until(() -> second.pods() == 1);
            assertThat(api.get(pod())).isEqualTo(before);
            image("web:v2");
            await().atMost(PATIENCE).until(() -> restarts() == 1);
            assertThat(api.get(pod()).at("/status/podIP")).isEqualTo(before.at("/status/podIP"));
            second.unregister();
        }
    }

    @Test
    void aDeploymentIsRolledAndAvailable() {
        String deployment = namespace.path("/apis/apps/v1", "deployments") + "/web";
        api.createFromYaml("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec:
                  replicas: 60
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec: {containers: [{name: app, image: "web:v1"}]}
                """, namespace.name());
        await().atMost(PATIENCE).until(() -> available(api.get(deployment), 60));

        api.patch(
                deployment,
                PatchType.STRATEGIC_MERGE,
                json("{spec: {template: {spec: {containers: [{name: app, image: 'web:v2'}]}}}}"));

        await().atMost(PATIENCE.multipliedBy(2)).until(() -> available(api.get(deployment), 60));
        List<String> images = new ArrayList<>();
        api.list(pods).items().stream()
                .filter(pod -> !pod.path("metadata").has("deletionTimestamp"))
                .forEach(pod ->
                        images.add(pod.at("/status/containerStatuses/0/image").asText()));
        assertThat(images).hasSize(60).containsOnly("web:v2");
    }

    private static boolean available(JsonNode deployment, int replicas) {
        JsonNode status = deployment.path("status");
        return status.path("observedGeneration").equals(deployment.at("/metadata/generation"))
                && status.path("updatedReplicas").asInt() == replicas
                && status.path("availableReplicas").asInt() == replicas
                && status.path("replicas").asInt() == replicas;
    }

    private static NodesConfig only(String node) {
        return new NodesConfig(List.of(node), Cadence.KUBELET, List.of(), 8);
    }

    private JsonNode create(String yaml) {
        return api.createFromYaml(yaml, namespace.name()).getFirst();
    }

    private void createOn(String node) {
        create(GATED.replace("spec:\n", "spec:\n  nodeName: " + node + "\n"));
    }

    private String pod() {
        return pods + "/web";
    }

    private void gate(String value) {
        api.patch(
                pod() + "/status",
                PatchType.STRATEGIC_MERGE,
                json("{status: {conditions: [{type: test/gate, status: '" + value + "'}]}}"));
    }

    private void image(String image) {
        api.patch(
                pod(), PatchType.STRATEGIC_MERGE, json("{spec: {containers: [{name: app, image: '" + image + "'}]}}"));
    }

    private void evict() {
        api.create(pod() + "/eviction", json("{apiVersion: policy/v1, kind: Eviction, metadata: {name: web}}"));
    }

    private void awaitReady() {
        await().atMost(PATIENCE)
                .until(() -> condition(api.get(pod()), "Ready")
                        .path("status")
                        .asText()
                        .equals("True"));
    }

    private void awaitRunning() {
        await().atMost(PATIENCE)
                .until(() ->
                        api.get(pod()).at("/status/containerStatuses/0/ready").asBoolean());
    }

    private int restarts() {
        return api.get(pod()).at("/status/containerStatuses/0/restartCount").asInt();
    }

    private String nodeReady(String node) {
        return condition(api.get("/api/v1/nodes/" + node), "Ready")
                .path("status")
                .asText();
    }

    private static JsonNode condition(JsonNode object, String type) {
        for (JsonNode condition : object.at("/status/conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition;
            }
        }
        return json("{}");
    }

    private static JsonNode json(String flow) {
        return Story.parse(flow);
    }

    private Watch watch(List<String> seen) {
        String version = api.get(pods).at("/metadata/resourceVersion").asText();
        return api.watchFrom(pods, version, event -> {
            switch (event) {
                case WatchEvent.Added(JsonNode pod) -> seen.add(line(pod));
                case WatchEvent.Modified(JsonNode pod) -> seen.add(line(pod));
                case WatchEvent.Deleted(JsonNode pod) -> seen.add("gone");
                case WatchEvent.Synced(String at) -> seen.add("synced");
                case WatchEvent.Restarted() -> seen.add("restarted");
            }
        });
    }

    private static String line(JsonNode pod) {
        JsonNode container = pod.at("/status/containerStatuses/0");
        return "gen=%s observed=%s Ready=%s ContainersReady=%s %s restarts=%s%s"
                .formatted(
                        pod.at("/metadata/generation"),
                        pod.at("/status/observedGeneration"),
                        condition(pod, "Ready").path("status").asText(),
                        condition(pod, "ContainersReady").path("status").asText(),
                        container.path("image").asText(),
                        container.path("restartCount"),
                        condition(pod, "DisruptionTarget").isEmpty() ? "" : " DisruptionTarget");
    }
}
