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

    private final String server;
    private final OkHttpClient http;
    private final PodParser parser;

    PodLister(String server, OkHttpClient http, PodParser parser) {
        this.server = server;
        this.http = http;
        this.parser = parser;
    }

    PodParser parser() {
        return parser;
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
        PodParser.Page page = page(namespace, "limit=" + PAGE, each);
        while (!page.next().isEmpty()) {
            page = page(namespace, "limit=" + PAGE + "&continue=" + page.next(), each);
        }
        return page.version();
    }

    private PodParser.Page page(String namespace, String query, Consumer<PodRecord> each) throws IOException {
        ApiResponse answer = read(request(namespace, query));
        if (!answer.isSuccess()) {
            throw new ListRefused(answer);
        }
        return parser.parsePage(answer.body(), each);
    }

    /** Does the server still speak of the past in which {@code version} was seen? After a restore it may not. */
    boolean remembers(String namespace, long version) throws IOException {
        ApiResponse answer =
                read(request(namespace, "limit=1&resourceVersionMatch=NotOlderThan&resourceVersion=" + version));
        if (answer.isSuccess()) {
            return parser.parsePage(answer.body(), pod -> {}).version() >= version;
        }
        if (isTooLarge(answer)) {
            return false;
        }
        if (answer.isGone()) {
            return true;
        }
        throw new ListRefused(answer);
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

    private ApiResponse read(Request request) throws IOException {
        try (Response response = http.newCall(request).execute()) {
            return ApiResponse.of(response);
        }
    }

    private Request request(String namespace, String query) {
        String path = namespace.isEmpty() ? "api/v1/pods?" : "api/v1/namespaces/" + namespace + "/pods?";
        return new Request.Builder()
                .url(server + path + query)
                .header("Accept", "application/json")
                .header("Accept-Encoding", "identity")
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
