package io.kusionstack.operating.host.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.SetExplanation;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState.PluginHealth;
import io.kusionstack.operating.plugin.PodRef;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpsServerTest {
    private static final Explanation POD = new Explanation(
            new PodRef("shop", "web-a", "u-1"),
            List.of(new Explanation.ExplainedOperation(
                    "collaset", "update", "PreCheck", Optional.of(Instant.parse("2026-01-01T00:00:00Z")))),
            true,
            List.of(new Wait(Reason.BUDGET_EXHAUSTED, "enough", "3 of 3 Pods may be out of service and 3 are")),
            List.of(new Explanation.ExplainedTraffic(
                    "Service shop/web",
                    "slb",
                    "lb-1",
                    "On",
                    Optional.of(100),
                    "healthy",
                    Optional.of(Instant.parse("2026-01-01T00:00:00Z")))),
            Optional.of(Instant.parse("2026-01-01T00:00:30Z")));
    private static final String POD_JSON = """
            {
              "pod": {"namespace": "shop", "name": "web-a", "uid": "u-1"},
              "inService": true,
              "operations": [
                {"id": "collaset", "type": "update", "phase": "PreCheck", "since": "2026-01-01T00:00:00Z"}
              ],
              "waits": [{
                "reason": "BudgetExhausted",
                "on": "enough",
                "message": "3 of 3 Pods may be out of service and 3 are",
                "meaning": "an availability rule has no slot left"
              }],
              "traffic": [{
                "employer": "Service shop/web",
                "plugin": "slb",
                "place": "lb-1",
                "serving": "On",
                "weight": 100,
                "detail": "healthy",
                "since": "2026-01-01T00:00:00Z"
              }],
              "nextLook": "2026-01-01T00:00:30Z"
            }
            """;

    private final ObjectMapper json = new ObjectMapper();
    private final AtomicReference<Optional<String>> stream = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<String>> loaded = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<String>> refused = new AtomicReference<>(Optional.empty());
    private OpsServer server;

    @BeforeEach
    void start() throws IOException {
        HealthCheck live = new HealthCheck("pod-stream", stream::get);
        HealthCheck ready = new HealthCheck("caches", loaded::get);
        HealthCheck note = new HealthCheck("plugins", refused::get);
        server = OpsServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new OpsServer.OpsContent(
                        () -> "# metrics\n",
                        List.of(live),
                        List.of(live, ready),
                        List.of(note),
                        new OnePodAndOneSet()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void explainsAPod() throws Exception {
        HttpResponse<String> answer = get("/explain/pods/shop/web-a");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(json.readTree(answer.body())).isEqualTo(json.readTree(POD_JSON));
    }

    @Test
    void explainsASetWithItsPods() throws Exception {
        JsonNode expected = json.readTree("""
                {
                  "set": {"namespace": "shop", "name": "web", "uid": "u-9"},
                  "replicas": {"desired": 4, "updatedReplicas": 1},
                  "waits": [],
                  "nextLook": null,
                  "pods": [%s]
                }
                """.formatted(POD_JSON));

        assertThat(json.readTree(get("/explain/sets/shop/web").body())).isEqualTo(expected);
    }

    @Test
    void saysWhatIsUnknown() throws Exception {
        assertUnknown("/explain/pods/shop/other", "Pod shop/other is not known to this host");
        assertUnknown("/explain/sets/web/web", "CollaSet web/web is not known to this host");
        assertUnknown("/explain/jobs/shop/web", "there is no /explain/jobs/shop/web; known are /metrics");
        assertUnknown("/explain/pods/shop", "there is no /explain/pods/shop; known are /metrics");
        assertUnknown("/explain/pods/shop/", "there is no /explain/pods/shop/; known are /metrics");
    }

    @Test
    void isLiveAndReadyWhileAllIsWell() throws Exception {
        assertThat(get("/livez").body()).isEqualTo("ok\n");
        assertThat(get("/readyz").body()).isEqualTo("ok\n");
    }

    @Test
    void livesButIsNotReadyWhileSomethingLoads() throws Exception {
        loaded.set(Optional.of("the list of CollaSets is not complete yet"));

        assertThat(get("/livez").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/readyz").body()).isEqualTo("caches: the list of CollaSets is not complete yet\n");
    }

    @Test
    void isReadyThoughAPluginIsRefusedAndSaysSo() throws Exception {
        refused.set(Optional.of("slb.jar is refused: it is not listed"));

        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").body()).isEqualTo("ok\nplugins: slb.jar is refused: it is not listed\n");
        assertThat(get("/livez").body()).isEqualTo("ok\n");
    }

    @Test
    void tellsEveryPlugin() throws Exception {
        JsonNode expected = json.readTree("""
                {"plugins": [{
                  "file": "slb-1.jar", "id": "slb", "version": "1.0.0", "state": "loaded", "why": "",
                  "offers": [{"name": "slb", "kind": "traffic"}],
                  "callsInFlight": 3, "callsOverdue": 1, "resting": false, "threads": 2
                }]}
                """);

        assertThat(json.readTree(get("/explain/plugins").body())).isEqualTo(expected);
    }

    @Test
    void namesEveryProblem() throws Exception {
        stream.set(Optional.of("no event for 40 s"));
        loaded.set(Optional.of("not complete"));

        assertThat(get("/livez").body()).isEqualTo("pod-stream: no event for 40 s\n");
        assertThat(get("/readyz").body()).isEqualTo("pod-stream: no event for 40 s\ncaches: not complete\n");
    }

    @Test
    void servesMetrics() throws Exception {
        assertThat(get("/metrics").body()).isEqualTo("# metrics\n");
    }

    @Test
    void changesNothing() throws Exception {
        for (String method : List.of("POST", "PUT", "PATCH", "DELETE")) {
            HttpResponse<String> answer = send(method, "/explain/pods/shop/web-a");

            assertThat(answer.statusCode()).isEqualTo(405);
            assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
        }
        assertThat(send("HEAD", "/livez").statusCode()).isEqualTo(200);
    }

    private void assertUnknown(String path, String message) throws Exception {
        HttpResponse<String> answer = get(path);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(json.readTree(answer.body()).get("message").asText()).startsWith(message);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send("GET", path);
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .method(method, BodyPublishers.noBody())
                    .build();
            return client.send(request, BodyHandlers.ofString());
        }
    }

    private static final class OnePodAndOneSet implements Explanations {
        @Override
        public List<PluginState> plugins() {
            return List.of(new PluginState(
                    "slb-1.jar",
                    "slb",
                    "1.0.0",
                    List.of(new PluginState.Offered("slb", PluginState.Kind.TRAFFIC)),
                    PluginHealth.LOADED,
                    "",
                    3,
                    1,
                    false,
                    2));
        }

        @Override
        public Optional<Explanation> pod(Key pod) {
            return pod.equals(new Key("shop", "web-a")) ? Optional.of(POD) : Optional.empty();
        }

        @Override
        public Optional<SetExplanation> set(Key set) {
            Map<String, Integer> replicas = new LinkedHashMap<>();
            replicas.put("desired", 4);
            replicas.put("updatedReplicas", 1);
            return set.equals(new Key("shop", "web"))
                    ? Optional.of(new SetExplanation(
                            "shop", "web", "u-9", replicas, List.of(), Optional.empty(), List.of(POD)))
                    : Optional.empty();
        }
    }
}
