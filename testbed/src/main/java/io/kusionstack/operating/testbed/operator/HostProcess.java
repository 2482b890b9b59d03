package io.kusionstack.operating.testbed.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.controlplane.Companion;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The packaged operator as a process of its own. Its log is in the instance's folder; it ends with the control plane.
 *
 * <pre>{@code
 * ObjectNode config = HostProcess.config();
 * config.putArray("watchNamespaces").add("shop");
 * try (HostProcess host = HostProcess.start(cluster, distribution, "host", config)) { ... }
 * }</pre>
 */
public final class HostProcess implements AutoCloseable {
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private final JsonMapper json = JsonMapper.builder().build();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build();
    private final Companion companion;
    private final URI address;

    private HostProcess(Companion companion, URI address) {
        this.companion = companion;
        this.address = address;
    }

    /** An empty configuration, to be filled as docs/configuration.md says. */
    public static ObjectNode config() {
        return JsonMapper.builder().build().createObjectNode();
    }

    /**
     * Starts it as a user of the control plane and returns at once; {@link #awaitReady} waits.
     *
     * @param distribution the folder with {@code bin/operating}
     * @param user whose kubeconfig it gets
     * @param config its configuration; kubeconfig and address of the HTTP server are added
     */
    public static HostProcess start(ControlPlane cluster, Path distribution, String user, ObjectNode config) {
        String name = "operating-" + config.path("watchNamespaces").path(0).asText("all");
        int port = freePort();
        ObjectNode whole = config.deepCopy();
        whole.withObject("/kubernetes")
                .put("kubeconfig", cluster.kubeconfig(user).toString());
        whole.withObject("/http").put("port", port).put("bindAddress", "127.0.0.1");
        Path file = cluster.instance().folder().resolve(name + ".yaml");
        try {
            new YAMLMapper().writeValue(file.toFile(), whole);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path program = distribution.resolve("bin/operating").toAbsolutePath();
        if (!Files.isExecutable(program)) {
            throw new IllegalStateException(program + " is not there: build it by ./dev build");
        }
        Companion companion = cluster.companion(name, List.of(program.toString(), "run", "--config", file.toString()));
        return new HostProcess(companion, URI.create("http://127.0.0.1:" + port));
    }

    /** Returns when it says that it is ready. */
    public HostProcess awaitReady() {
        if (!Await.until(READY_LIMIT, () -> !companion.isRunning() || answers("/readyz")) || !companion.isRunning()) {
            throw new IllegalStateException("the operator is not ready; see " + companion.log());
        }
        return this;
    }

    /** Whether a health page answers that all is well. */
    public boolean answers(String path) {
        return get(path).map(answer -> answer.statusCode() == 200).orElse(false);
    }

    /** What the explain endpoint says, or empty where it knows no such object or does not answer. */
    public Optional<JsonNode> explain(String kinds, String namespace, String name) {
        return get("/explain/" + kinds + "/" + namespace + "/" + name)
                .filter(answer -> answer.statusCode() == 200)
                .map(this::tree);
    }

    /** Where it answers: {@code /explain}, {@code /metrics}, {@code /livez} and {@code /readyz}. */
    public URI address() {
        return address;
    }

    /** What a page says, whatever its status; empty while it does not answer. */
    public String page(String path) {
        return get(path).map(HttpResponse::body).orElse("");
    }

    /** Its metrics in Prometheus' text format; empty while it does not answer. */
    public String metrics() {
        return page("/metrics");
    }

    /** The process: to kill it, start it again, and ask for its CPU time and memory. */
    public Companion process() {
        return companion;
    }

    /** Ends it at once if it still runs. */
    @Override
    public void close() {
        companion.close();
        http.close();
    }

    private Optional<HttpResponse<String>> get(String path) {
        HttpRequest request = HttpRequest.newBuilder(address.resolve(path))
                .timeout(ANSWER_LIMIT)
                .build();
        try {
            return Optional.of(http.send(request, HttpResponse.BodyHandlers.ofString()));
        } catch (IOException away) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private JsonNode tree(HttpResponse<String> answer) {
        try {
            return json.readTree(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException("the operator answered no JSON: " + answer.body(), e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
