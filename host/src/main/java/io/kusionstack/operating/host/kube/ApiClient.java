package io.kusionstack.operating.host.kube;

import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * Requests to the API server on one connection of its own. Each blocks until it is answered, or fails when the time-out
 * has passed on this side; for a write the server is told a shorter limit, so that it answers itself and names the webhook that
 * hangs. Nothing is tried again. Any thread.
 */
public final class ApiClient implements AutoCloseable {
    public static final MediaType JSON = MediaType.get("application/json");
    public static final MediaType MERGE = MediaType.get("application/merge-patch+json");
    public static final MediaType STRATEGIC = MediaType.get("application/strategic-merge-patch+json");
    public static final MediaType JSON_PATCH = MediaType.get("application/json-patch+json");

    private static final String ACCEPT = "Accept";

    private final String server;
    private final Duration timeout;
    private final OkHttpClient client;

    public ApiClient(ClusterAccess access) {
        this.server = access.server();
        this.timeout = access.requestTimeout();
        this.client = access.http(timeout)
                .newBuilder()
                .callTimeout(timeout)
                .eventListenerFactory(
                        call -> Objects.requireNonNullElse(call.request().tag(Departure.class), EventListener.NONE))
                .build();
    }

    /** How long a request may be under way. */
    public Duration timeout() {
        return timeout;
    }

    /**
     * @param path without the leading slash, with its query
     * @throws ConnectException nothing was sent, for there was no connection
     * @throws IOException without an answer: a write may have been done
     */
    public ApiResponse get(String path) throws IOException {
        return send(new Request.Builder().url(server + path).get().build());
    }

    /** Creates an object. */
    public ApiResponse post(String path, String body) throws IOException {
        return send(write(path).post(content(body, JSON)).build());
    }

    /** @param accepted the encodings of the answer, a Status included, in the syntax of the header Accept */
    public ApiResponse post(String path, String body, String accepted) throws IOException {
        return send(
                write(path).header(ACCEPT, accepted).post(content(body, JSON)).build());
    }

    public ApiResponse patch(String path, MediaType type, String body) throws IOException {
        return send(write(path).patch(content(body, type)).build());
    }

    /** @param accepted as of {@link #post(String, String, String)} */
    public ApiResponse patch(String path, MediaType type, String body, String accepted) throws IOException {
        return send(
                write(path).header(ACCEPT, accepted).patch(content(body, type)).build());
    }

    /** @param options a DeleteOptions */
    public ApiResponse delete(String path, String options) throws IOException {
        return send(write(path).delete(content(options, JSON)).build());
    }

    /** Where an object is, without the leading slash. */
    public static String path(ObjectRef object) {
        return collection(object.kind(), object.namespace()) + "/" + object.name();
    }

    /** Where the objects of a kind in one namespace are, without the leading slash. */
    public static String collection(ObjectKind kind, String namespace) {
        String root = kind.apiVersion().contains("/") ? "apis/" : "api/";
        return root + kind.apiVersion() + "/namespaces/" + namespace + "/" + kind.plural();
    }

    private Request.Builder write(String path) {
        String limit = "timeout=" + timeout.toMillis() * 8 / 10 + "ms";
        return new Request.Builder().url(server + path + (path.contains("?") ? "&" : "?") + limit);
    }

    /** Without a charset, which the API server does not take behind a patch's content type. */
    private static RequestBody content(String text, MediaType type) {
        return RequestBody.create(text.getBytes(StandardCharsets.UTF_8), type);
    }

    private ApiResponse send(Request request) throws IOException {
        Departure departure = new Departure();
        Request watched = request.newBuilder().tag(Departure.class, departure).build();
        try (Response response = client.newCall(watched).execute()) {
            return ApiResponse.of(response);
        } catch (IOException e) {
            throw departure.begun ? e : unconnected(e);
        }
    }

    private static ConnectException unconnected(IOException why) {
        ConnectException unconnected = new ConnectException(why.getMessage());
        unconnected.initCause(why);
        return unconnected;
    }

    /** Whether the first byte of a request may have left: exceptions of the client do not tell time-outs before from those after. */
    private static final class Departure extends EventListener {
        private volatile boolean begun;

        @Override
        public void requestHeadersStart(Call call) {
            begun = true;
        }
    }

    @Override
    public void close() {
        ClusterAccess.shut(client);
    }
}
