package io.kusionstack.operating.host.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.kusionstack.operating.testbed.api.ProtobufObjects;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;

/**
 * Answers requests in the order of a script, for what a real API server does only once in a while; a client that wants
 * protobuf gets each line in it. Loopback only.
 */
public final class FakeApi implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final ProtobufObjects OBJECTS = new ProtobufObjects();

    private final HttpServer server;
    private final Queue<Step> script = new ArrayDeque<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> acceptedEncodings = new CopyOnWriteArrayList<>();
    private final List<String> contentTypes = new CopyOnWriteArrayList<>();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private volatile String refusedNamespace = "";
    private volatile String refusal = "";
    private volatile String lastBody = "";
    private final CountDownLatch end = new CountDownLatch(1);

    /**
     * @param lasting true for a watch that stays open
     * @param from the answer comes when this is open
     */
    private record Step(int code, String body, boolean lasting, boolean compressed, CountDownLatch from) {
        Step(int code, String body, boolean lasting) {
            this(code, body, lasting, false, new CountDownLatch(0));
        }
    }

    public FakeApi() {
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    public synchronized FakeApi answers(int code, String... lines) {
        script.add(new Step(code, String.join("\n", lines), false));
        return this;
    }

    public synchronized FakeApi answersFrom(CountDownLatch from, int code, String body) {
        script.add(new Step(code, body, false, false, from));
        return this;
    }

    /** Each line a gzip member, as a server that compresses streams sends them. */
    public synchronized FakeApi answersCompressed(String... lines) {
        script.add(new Step(200, String.join("\n", lines), false, true, new CountDownLatch(0)));
        return this;
    }

    /** The last answer: lines, then silence. */
    public synchronized FakeApi answersAndStays(String... lines) {
        script.add(new Step(200, String.join("\n", lines), true));
        return this;
    }

    /** Methods with their paths and queries. */
    public List<String> requests() {
        return requests;
    }

    /** Of the bodies of requests, empty for a request without one. */
    public List<String> contentTypes() {
        return contentTypes;
    }

    /** Events of the namespace are answered 403 with this body; all others are taken. */
    public FakeApi refusesEventsOf(String namespace, String body) {
        refusal = body;
        refusedNamespace = namespace;
        return this;
    }

    /** The paths that events were sent to, which are no part of the script. */
    public List<String> events() {
        return events;
    }

    /** What requests said of compression. */
    public List<String> acceptedEncodings() {
        return acceptedEncodings;
    }

    /** Of the last request whose answer has begun. */
    public String lastBody() {
        return lastBody;
    }

    public ClusterAccess access(Path folder) {
        Path file = folder.resolve("kubeconfig");
        try {
            Files.writeString(file, """
                    apiVersion: v1
                    kind: Config
                    clusters: [{name: c, cluster: {server: "http://127.0.0.1:%d"}}]
                    contexts: [{name: x, context: {cluster: c, user: u}}]
                    users: [{name: u, user: {}}]
                    current-context: x
                    """.formatted(server.getAddress().getPort()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ClusterAccess.kubeconfig(file, "operating/test");
    }

    private void answer(HttpExchange exchange) throws IOException {
        if (exchange.getRequestURI().getPath().endsWith("/events")) {
            // told beside, by a thread of its own: no part of any script
            answerEvent(exchange);
            return;
        }
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        Step step = next();
        acceptedEncodings.add(exchange.getRequestHeaders().getFirst("Accept-Encoding"));
        String sent = exchange.getRequestHeaders().getFirst("Content-Type");
        contentTypes.add(sent == null ? "" : sent);
        String accepted = exchange.getRequestHeaders().getFirst("Accept");
        boolean asProtobuf = accepted != null && accepted.startsWith(ProtobufObjects.MEDIA_TYPE);
        exchange.getResponseHeaders().add("Content-Type", asProtobuf ? ProtobufObjects.MEDIA_TYPE : "application/json");
        if (step.compressed) {
            exchange.getResponseHeaders().add("Content-Encoding", "gzip");
        }
        if (step.code == 429) {
            exchange.getResponseHeaders().add("Retry-After", "1");
        }
        lastBody = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        try (OutputStream out = exchange.getResponseBody()) {
            step.from.await();
            exchange.sendResponseHeaders(step.code, 0);
            for (String line : step.body.split("\n", -1)) {
                byte[] bytes = asProtobuf ? protobuf(line) : (line + "\n").getBytes(StandardCharsets.UTF_8);
                out.write(step.compressed ? compressed(bytes) : bytes);
            }
            out.flush();
            if (step.lasting) {
                end.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answerEvent(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        events.add(exchange.getRequestURI().getPath());
        boolean refused = !refusedNamespace.isEmpty()
                && exchange.getRequestURI().getPath().contains("/namespaces/" + refusedNamespace + "/");
        byte[] body = refused ? refusal.getBytes(StandardCharsets.UTF_8) : new byte[0];
        exchange.sendResponseHeaders(refused ? 403 : 201, refused ? body.length : -1);
        if (refused) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    private static byte[] protobuf(String line) throws IOException {
        JsonNode json = JSON.readTree(line);
        if (json.has("object")) {
            return OBJECTS.frame(json.path("type").asText(), withKind(json.path("object")));
        }
        return json.isObject() ? OBJECTS.object(withKind(json)) : new byte[0];
    }

    private static JsonNode withKind(JsonNode object) {
        ObjectNode whole = object.deepCopy();
        return whole.has("kind") ? whole : whole.put("kind", whole.has("metadata") ? "Pod" : "Status");
    }

    private static byte[] compressed(byte[] bytes) throws IOException {
        ByteArrayOutputStream member = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(member)) {
            gzip.write(bytes);
        }
        return member.toByteArray();
    }

    private synchronized Step next() {
        Step step = script.poll();
        return step == null ? new Step(500, "{\"message\":\"the script is over\"}", false) : step;
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
    }

    public static String pod(String name, long version) {
        return "{\"metadata\":{\"name\":\"" + name + "\",\"namespace\":\"shop\",\"uid\":\"uid-" + name
                + "\",\"resourceVersion\":\"" + version + "\"}}";
    }

    public static String event(String type, String object) {
        return "{\"type\":\"" + type + "\",\"object\":" + object + "}";
    }

    public static String added(String name, long version) {
        return event("ADDED", pod(name, version));
    }

    public static String listEnds(long version) {
        return event(
                "BOOKMARK",
                "{\"kind\":\"Pod\",\"metadata\":{\"resourceVersion\":\"" + version
                        + "\",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}},\"spec\":{\"containers\":null}}");
    }

    public static String list(long version, String next, String... pods) {
        return "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"" + version + "\",\"continue\":\"" + next
                + "\"},\"items\":[" + String.join(",", pods) + "]}";
    }

    public static String gone() {
        return "{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\",\"message\":\"too old resource version\"}";
    }
}
