package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.PodRecord;
import java.io.IOException;
import java.util.function.Consumer;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** The requests that a watch of Pods makes. Any thread; blocks. */
final class PodLister {
    private static final int PAGE = 500;
    private static final String IDENTITY = "identity";

    private final String server;
    private final OkHttpClient http;
    private final PodParser parser;

    PodLister(String server, OkHttpClient http, PodParser parser) {
        this.server = server;
        this.http = http;
        this.parser = parser;
    }

    /** A watch that begins with all Pods there are and goes on with what changes. */
    Call watchAll(String namespace) {
        return call(namespace, "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
    }

    /** A watch of what changed since {@code version}. */
    Call watchFrom(String namespace, long version) {
        return call(namespace, "watch=1&resourceVersion=" + version);
    }

    private Call call(String namespace, String query) {
        return http.newCall(request(namespace, query + "&allowWatchBookmarks=true"));
    }

    /**
     * Reads all Pods in pages.
     *
     * @return the version of the list
     * @throws ListRefused with the server's answer, also when it lost the thread between two pages
     */
    long listAll(String namespace, Consumer<PodRecord> each) throws IOException {
        PodFormat.Page page = page(namespace, "limit=" + PAGE, each);
        while (!page.next().isEmpty()) {
            page = page(namespace, "limit=" + PAGE + "&continue=" + page.next(), each);
        }
        return page.version();
    }

    private PodFormat.Page page(String namespace, String query, Consumer<PodRecord> each) throws IOException {
        try (Response response = http.newCall(request(namespace, query)).execute()) {
            if (!response.isSuccessful()) {
                throw new ListRefused(refusal(response));
            }
            return format(response).page(response.body().bytes(), each);
        }
    }

    /** The events of a watch that was opened; to be closed by the caller. */
    PodFormat.Events events(Response response) throws IOException {
        if (!response.isSuccessful()) {
            throw new ListRefused(refusal(response));
        }
        return format(response).events(response.body().byteStream());
    }

    private ApiResponse refusal(Response response) throws IOException {
        return isIdentity(response)
                ? format(response).refusal(ApiResponse.of(response))
                : ApiResponse.withoutBody(response);
    }

    /**
     * The format of a response.
     *
     * @throws IOException if it is compressed: a server that compresses a stream does so in many gzip members, of which the HTTP
     *     client would read only the first
     */
    private PodFormat format(Response response) throws IOException {
        if (!isIdentity(response)) {
            throw new IOException("the API server, or a proxy before it, sends Pods with Content-Encoding "
                    + response.header("Content-Encoding")
                    + " although the request says Accept-Encoding: identity");
        }
        return parser.format(response.header("Content-Type"));
    }

    private static boolean isIdentity(Response response) {
        return IDENTITY.equalsIgnoreCase(response.header("Content-Encoding", IDENTITY));
    }

    /** Whether this is still the epoch in which {@code version} was seen; after a restore it is not. */
    boolean remembers(String namespace, long version) throws IOException {
        try {
            String query = "limit=1&resourceVersionMatch=NotOlderThan&resourceVersion=" + version;
            return page(namespace, query, pod -> {}).version() >= version;
        } catch (ListRefused refused) {
            if (isTooLarge(refused.answer())) {
                return false;
            }
            if (refused.answer().isGone()) {
                return true;
            }
            throw refused;
        }
    }

    /** The server has not come as far as the version asked for, and waited some seconds for it. */
    static boolean isTooLarge(ApiResponse answer) {
        for (var cause : answer.json().path("details").path("causes")) {
            if (cause.path("reason").asText().equals("ResourceVersionTooLarge")) {
                return true;
            }
        }
        return answer.message().contains("Too large resource version");
    }

    private Request request(String namespace, String query) {
        String path = namespace.isEmpty() ? "api/v1/pods?" : "api/v1/namespaces/" + namespace + "/pods?";
        return new Request.Builder()
                .url(server + path + query)
                .header("Accept", parser.accepted())
                .header("Accept-Encoding", IDENTITY)
                .build();
    }

    /** The server answered, and not as wanted. */
    static final class ListRefused extends IOException {
        private static final long serialVersionUID = 1L;
        private final transient ApiResponse answer;

        ListRefused(ApiResponse answer) {
            super("HTTP " + answer.code() + ": " + answer.message());
            this.answer = answer;
        }

        ApiResponse answer() {
            return answer;
        }
    }

    /** For messages. */
    static String spoken(String namespace) {
        return namespace.isEmpty() ? "pods" : "pods in " + namespace;
    }
}
