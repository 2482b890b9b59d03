package io.kusionstack.operating.host.ops;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.kusionstack.operating.host.kernel.Key;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Serves {@code /metrics}, {@code /livez}, {@code /readyz} and {@code /explain} over plain HTTP; only GET and HEAD, nothing can be
 * changed by it. Each request has a virtual thread of its own. The answers of {@code /livez} and {@code /readyz} are 200
 * when all is well and else 503 with one line for each problem; a ready one tells below its ok what is not well though it works.
 */
public final class OpsServer implements AutoCloseable {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String PATHS = "/metrics, /livez, /readyz, /explain/plugins, /explain/pods/{namespace}/{name}"
            + " and /explain/sets/{namespace}/{name}";

    private final HttpServer server;
    private final ExecutorService threads;
    private final OpsContent content;

    /**
     * What is served.
     *
     * @param metrics in Prometheus' text format
     * @param live what must be well for the process to be worth keeping
     * @param ready what must be well for the process to do its work
     * @param notes what is not well though the process does its work; readiness tells it and stays ready
     */
    public record OpsContent(
            Supplier<String> metrics,
            List<HealthCheck> live,
            List<HealthCheck> ready,
            List<HealthCheck> notes,
            Explanations explanations) {
        public OpsContent {
            live = List.copyOf(live);
            ready = List.copyOf(ready);
            notes = List.copyOf(notes);
        }
    }

    private record HttpReply(int status, String type, String body) {}

    private OpsServer(HttpServer server, ExecutorService threads, OpsContent content) {
        this.server = server;
        this.threads = threads;
        this.content = content;
    }

    /**
     * Serves from now on.
     *
     * @param address port 0 means a free one, see {@link #address}
     * @throws IOException if the address cannot be had
     */
    public static OpsServer start(InetSocketAddress address, OpsContent content) throws IOException {
        HttpServer server = HttpServer.create(address, 0);
        ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("ops-", 0).factory());
        OpsServer ops = new OpsServer(server, threads, content);
        server.setExecutor(threads);
        server.createContext("/", ops::handle);
        server.start();
        return ops;
    }

    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** Ends at once; requests that are on their way are cut. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            boolean head = method.equals("HEAD");
            HttpReply answer = head || method.equals("GET")
                    ? answer(exchange.getRequestURI().getPath())
                    : new HttpReply(405, TEXT, method + " is not served here: everything is read-only, use GET\n");
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            if (answer.status() == 405) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            }
            exchange.sendResponseHeaders(answer.status(), head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private HttpReply answer(String path) {
        return switch (path) {
            case "/metrics" -> new HttpReply(200, METRICS, content.metrics().get());
            case "/livez" -> health(content.live(), List.of());
            case "/readyz" -> health(content.ready(), content.notes());
            case "/explain/plugins" ->
                new HttpReply(
                        200,
                        JSON,
                        ExplanationJson.of(content.explanations().plugins()).toPrettyString() + "\n");
            default -> explain(path);
        };
    }

    private static HttpReply health(List<HealthCheck> checks, List<HealthCheck> notes) {
        String problems = told(checks);
        return problems.isEmpty() ? new HttpReply(200, TEXT, "ok\n" + told(notes)) : new HttpReply(503, TEXT, problems);
    }

    private static String told(List<HealthCheck> checks) {
        return checks.stream()
                .flatMap(check -> check.problem().get().stream().map(problem -> check.name() + ": " + problem + "\n"))
                .collect(Collectors.joining());
    }

    private HttpReply explain(String path) {
        String[] parts = path.split("/", -1);
        if (parts.length != 5 || !parts[1].equals("explain") || parts[3].isEmpty() || parts[4].isEmpty()) {
            return unknown("there is no " + path + "; known are " + PATHS);
        }
        Key key = new Key(parts[3], parts[4]);
        return switch (parts[2]) {
            case "pods" -> found("Pod " + key, content.explanations().pod(key).map(ExplanationJson::of));
            case "sets" ->
                found("CollaSet " + key, content.explanations().set(key).map(ExplanationJson::of));
            default -> unknown("there is no " + path + "; known are " + PATHS);
        };
    }

    private static HttpReply found(String object, Optional<ObjectNode> explanation) {
        return explanation
                .map(json -> new HttpReply(200, JSON, json.toPrettyString() + "\n"))
                .orElseGet(() -> unknown(object + " is not known to this host: it does not exist, has been deleted,"
                        + " or lies outside of the namespaces and labels that the host watches"));
    }

    private static HttpReply unknown(String message) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("message", message);
        return new HttpReply(404, JSON, json.toPrettyString() + "\n");
    }
}
