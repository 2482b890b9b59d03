package io.kusionstack.operating.testbed.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running watch of one collection. It resumes at once from the last resource version when its connection ends, and
 * tries again every 200 ms while the server is away.
 */
public final class Watch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    private static final Duration RETRY = Duration.ofMillis(200);

    private final Transport transport;
    private final OkHttpClient client;
    private final JsonMapper json;
    private final String path;
    private final Consumer<WatchEvent> listener;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Call call;
    private String resourceVersion;
    private boolean reportedUnsynced;

    private Watch(
            Transport transport, JsonMapper json, String path, String resourceVersion, Consumer<WatchEvent> listener) {
        this.transport = transport;
        this.client = transport.stream();
        this.json = json;
        this.path = path;
        this.resourceVersion = resourceVersion;
        this.listener = listener;
    }

    static Watch start(
            Transport transport, JsonMapper json, String path, String resourceVersion, Consumer<WatchEvent> listener) {
        Watch watch = new Watch(transport, json, path, resourceVersion, listener);
        Thread.ofVirtual().name("watch " + path).start(watch::run);
        return watch;
    }

    /** Ends the watch; at most the event being handled is still reported. */
    @Override
    public void close() {
        closed.countDown();
        Call running = call;
        if (running != null) {
            running.cancel();
        }
    }

    private void run() {
        try {
            boolean again = false;
            while (!isClosed() && !(again && pause())) {
                again = !followOnce();
            }
        } finally {
            Transport.shut(client);
        }
    }

    /** Whether the server answered, so that the next try needs no pause. */
    private boolean followOnce() {
        // Kubernetes 1.37 may compress a WatchList as many gzip members, of which common readers read the first
        Call next = client.newCall(
                transport.request(query()).header("Accept-Encoding", "identity").build());
        call = next;
        if (isClosed()) {
            return true;
        }
        if (reportedUnsynced) {
            restart();
        }
        try (Response response = next.execute()) {
            if (!response.isSuccessful()) {
                return refused(new ApiException(
                        "WATCH " + path,
                        response.code(),
                        json.readTree(response.body().string())));
            }
            return follow(response.body().source());
        } catch (IOException | UncheckedIOException e) {
            LOG.atDebug().setCause(e).addKeyValue("path", path).log("Watch interrupted");
            return false;
        }
    }

    private String query() {
        String watch = KubeApi.withQuery(KubeApi.withQuery(path, "watch", "true"), "allowWatchBookmarks", "true");
        if (!resourceVersion.isEmpty()) {
            return KubeApi.withQuery(watch, "resourceVersion", resourceVersion);
        }
        return KubeApi.withQuery(
                KubeApi.withQuery(watch, "sendInitialEvents", "true"), "resourceVersionMatch", "NotOlderThan");
    }

    private boolean follow(BufferedSource source) throws IOException {
        for (String line = source.readUtf8Line(); line != null && !isClosed(); line = source.readUtf8Line()) {
            JsonNode event = json.readTree(line);
            JsonNode object = event.path("object");
            switch (event.path("type").asText()) {
                case "ADDED" -> report(object, new WatchEvent.Added(object));
                case "MODIFIED" -> report(object, new WatchEvent.Modified(object));
                case "DELETED" -> report(object, new WatchEvent.Deleted(object));
                case "BOOKMARK" -> bookmark(object);
                default -> {
                    return refused(new ApiException(
                            "WATCH " + path, object.path("code").asInt(), object));
                }
            }
        }
        return true;
    }

    private void report(JsonNode object, WatchEvent event) {
        // Initial events come in no order of their versions: only their closing bookmark is a place to resume from.
        if (resourceVersion.isEmpty()) {
            reportedUnsynced = true;
        } else {
            resourceVersion = versionOf(object);
        }
        listener.accept(event);
    }

    private void bookmark(JsonNode object) {
        boolean first = resourceVersion.isEmpty();
        resourceVersion = versionOf(object);
        reportedUnsynced = false;
        if (first) {
            listener.accept(new WatchEvent.Synced(resourceVersion));
        }
    }

    private static String versionOf(JsonNode object) {
        return object.path("metadata").path("resourceVersion").asText();
    }

    private boolean refused(ApiException e) {
        if (e.isGone()) {
            restart();
            return true;
        }
        LOG.atWarn().setCause(e).addKeyValue("path", path).log("Watch refused");
        return false;
    }

    private void restart() {
        resourceVersion = "";
        reportedUnsynced = false;
        listener.accept(new WatchEvent.Restarted());
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private boolean pause() {
        try {
            return closed.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
