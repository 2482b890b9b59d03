package io.kusionstack.operating.testbed.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;

/**
 * A JSON client of one API server for one user, sharing one HTTP/2 connection for all that is not a watch.
 *
 * <p>A path is what follows the server's address, with its query: {@code
 * /api/v1/namespaces/shop/pods?labelSelector=app%3Dweb}. Objects are Jackson trees; none is typed.
 *
 * <p>Every method blocks until the server has answered and may be called from any number of threads at once, virtual
 * threads included. An answer other than success is an {@link ApiException}; no answer within 60 s, or a broken
 * connection, is an {@link UncheckedIOException} and leaves the outcome of a write unknown. Nothing is retried.
 */
public final class KubeApi implements AutoCloseable {
    private static final MediaType JSON = MediaType.get("application/json");
    private static final int PAGE = 500;

    private final JsonMapper json = JsonMapper.builder().build();
    private final Transport transport;
    private final OkHttpClient client;
    private final Resources resources = new Resources(this);

    /** @param userAgent how the server's audit log names this client, for example {@code simulated-nodes/1} */
    public KubeApi(Connection connection, String userAgent) {
        this.transport = new Transport(connection, userAgent);
        this.client = transport.requests();
    }

    /** One object, or one page of a collection. */
    public JsonNode get(String path) {
        return exchange("GET", path, null);
    }

    /** One object, or empty where there is none. */
    public Optional<JsonNode> find(String path) {
        try {
            return Optional.of(get(path));
        } catch (ApiException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** A whole collection, read in pages. */
    public Listing list(String path) {
        List<JsonNode> items = new ArrayList<>();
        JsonNode page = get(withQuery(path, "limit", String.valueOf(PAGE)));
        page.path("items").forEach(items::add);
        for (String next = continueOf(page); !next.isEmpty(); next = continueOf(page)) {
            page = get(withQuery(withQuery(path, "limit", String.valueOf(PAGE)), "continue", next));
            page.path("items").forEach(items::add);
        }
        return new Listing(items, page.path("metadata").path("resourceVersion").asText());
    }

    private static String continueOf(JsonNode page) {
        return page.path("metadata").path("continue").asText();
    }

    /** Posts the object to its collection, or a request such as an eviction to its subresource. */
    public JsonNode create(String path, JsonNode object) {
        return exchange("POST", path, body(object, JSON));
    }

    /** Replaces the object; where it carries a resource version, only if that is still the newest. */
    public JsonNode replace(String path, JsonNode object) {
        return exchange("PUT", path, body(object, JSON));
    }

    /** Changes the object and returns what it became. */
    public JsonNode patch(String path, PatchType type, JsonNode patch) {
        return exchange("PATCH", path, body(patch, MediaType.get(type.contentType())));
    }

    /** As {@link #patch}, for callers that do not need the result: its body is neither sent whole nor read. */
    public void send(String path, PatchType type, JsonNode patch) {
        RequestBody body = body(patch, MediaType.get(type.contentType()));
        Request request = transport
                .request(path)
                .header("Accept", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json")
                .patch(body)
                .build();
        try (Response response = client.newCall(request).execute()) {
            if (!response.isSuccessful()) {
                throw new ApiException("PATCH " + path, response.code(), answer(response));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("PATCH " + path + ": " + e.getMessage(), e);
        }
    }

    /** Deletes the object with the server's defaults. */
    public JsonNode delete(String path) {
        return exchange("DELETE", path, null);
    }

    /** Deletes the object as the {@code DeleteOptions} say: preconditions, grace period, propagation. */
    public JsonNode delete(String path, JsonNode options) {
        return exchange("DELETE", path, body(options, JSON));
    }

    /**
     * Watches a collection from its present state: all objects as {@link WatchEvent.Added}, then
     * {@link WatchEvent.Synced}, then what changes. The watch has a connection of its own and goes on by itself from the
     * last resource version it saw when that connection ends, until it is closed.
     *
     * @param listener called on one virtual thread of the watch, one event at a time; what it throws ends the watch
     */
    public Watch watch(String path, Consumer<WatchEvent> listener) {
        return Watch.start(transport, json, path, "", listener);
    }

    /** As {@link #watch}, from a resource version on that a {@link Listing} or an object named. */
    public Watch watchFrom(String path, String resourceVersion, Consumer<WatchEvent> listener) {
        return Watch.start(transport, json, path, resourceVersion, listener);
    }

    /**
     * Creates every object of a YAML text (documents parted by {@code ---}) in its order. An object without a namespace
     * of its own goes to the one given.
     *
     * @return the objects as the server returned them
     */
    public List<JsonNode> createFromYaml(String yaml, String namespace) {
        return resources.createAll(yaml, namespace);
    }

    /**
     * The path of a kind's collection as the server's discovery names it, for example {@code
     * /apis/apps/v1/namespaces/shop/deployments}; the namespace is left out for kinds that have none.
     */
    public String collection(String apiVersion, String kind, String namespace) {
        return resources.collection(apiVersion, kind, namespace);
    }

    /** Ends the connection of plain requests; a watch ends by its own close. */
    @Override
    public void close() {
        Transport.shut(client);
    }

    static String withQuery(String path, String name, String value) {
        HttpUrl encoded = new HttpUrl.Builder()
                .scheme("https")
                .host("localhost")
                .addQueryParameter(name, value)
                .build();
        return path + (path.contains("?") ? "&" : "?") + encoded.encodedQuery();
    }

    private RequestBody body(JsonNode object, MediaType type) {
        try {
            return RequestBody.create(json.writeValueAsBytes(object), type);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a JSON tree cannot be written", e);
        }
    }

    private JsonNode exchange(String method, String path, @Nullable RequestBody body) {
        Request request = transport.request(path).method(method, body).build();
        try (Response response = client.newCall(request).execute()) {
            JsonNode answer = answer(response);
            if (!response.isSuccessful()) {
                throw new ApiException(method + " " + path, response.code(), answer);
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path + ": " + e.getMessage(), e);
        }
    }

    private JsonNode answer(Response response) throws IOException {
        ResponseBody body = response.body();
        MediaType type = body.contentType();
        if (type != null && type.subtype().equals("json")) {
            return json.readTree(body.byteStream());
        }
        return JsonNodeFactory.instance.textNode(body.string());
    }
}
