package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kernel.Cooldown;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.WriteResult;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events, without a promise: a caller never waits, and an event that does not fit into a small queue is dropped. After
 * each event it rests, for as many times as long as the API server took, so that a busy server is told less;
 * warnings do not wait for that. A namespace that is being deleted takes no events, so it gets only one in a while. The same words
 * about the same object become one event that counts. Any thread.
 */
final class EventRecorder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventRecorder.class);
    private static final int MOST_WAITING = 256;
    private static final int MOST_REMEMBERED = 1024;
    private static final Duration QUIET = Duration.ofMinutes(1);
    private static final Cooldown SHARE = new Cooldown(3, Duration.ofSeconds(1));
    private static final String COMPONENT = "operating";

    private final RequestSender sender;
    private final InstantSource clock;
    private final EventQueue waiting = new EventQueue(MOST_WAITING);
    private final Map<String, EventCount> told = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, EventCount> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };
    private final ClosedNamespaces closed = new ClosedNamespaces();
    private final Thread thread;

    /** How often an event was told, and when last. */
    private record EventCount(int count, Instant first, Instant last) {}

    EventRecorder(RequestSender sender, InstantSource clock) {
        this.sender = sender;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("event-recorder").start(this::run);
    }

    void announce(Action.Announce event) {
        if (!waiting.offer(event)) {
            LOG.atDebug()
                    .addKeyValue("object", event.about())
                    .addKeyValue("reason", event.reason())
                    .log("Too many events at once; this one is dropped");
        }
    }

    private void run() {
        try {
            Duration rest = Duration.ZERO;
            while (true) {
                Action.Announce event = waiting.take(rest);
                long began = System.nanoTime();
                tell(event);
                rest = SHARE.after(Duration.ofNanos(System.nanoTime() - began));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(Action.Announce event) {
        String name = name(event);
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        EventCount before = told.get(name);
        String namespace = event.about().namespace();
        if (before != null && before.last.plus(QUIET).isAfter(now) || closed.isClosed(namespace, clock.instant())) {
            return;
        }
        EventCount next =
                before == null ? new EventCount(1, now, now) : new EventCount(before.count + 1, before.first, now);
        told.put(name, next);
        String collection = "api/v1/namespaces/" + namespace + "/events";
        if (next.count == 1) {
            String body = body(event, name, next).toString();
            WriteResult result = sender.send(Urgency.STATUS, "Event", "create", client -> {
                ApiResponse answer = client.post(collection, body);
                closed.answered(namespace, answer, clock.instant());
                return answer;
            });
            if (ObjectWriter.isTaken(result)) {
                told.put(name, countOnServer(collection + "/" + name, next));
            } else if (result instanceof WriteResult.NotDone) {
                told.remove(name);
            }
            return;
        }
        if (!count(collection + "/" + name, next)) {
            // it is too old, or never came to be: the next one is told as new
            told.remove(name);
        }
    }

    /** An event from before our start: goes on counting from there. */
    private EventCount countOnServer(String path, EventCount fallback) {
        try {
            int count =
                    sender.read(client -> client.get(path)).json().path("count").asInt(1);
            EventCount next = new EventCount(count + 1, fallback.first, fallback.last);
            count(path, next);
            return next;
        } catch (IOException e) {
            return fallback;
        }
    }

    /** @return false if there is no such event */
    private boolean count(String path, EventCount told) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.put("count", told.count).put("lastTimestamp", told.last.toString());
        WriteResult result = sender.send(
                Urgency.STATUS, "Event", "patch", client -> client.patch(path, ApiClient.MERGE, patch.toString()));
        return !ObjectWriter.isGone(result);
    }

    private static ObjectNode body(Action.Announce event, String name, EventCount told) {
        ObjectRef about = event.about();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("apiVersion", "v1").put("kind", "Event");
        body.putObject("metadata").put("name", name).put("namespace", about.namespace());
        body.putObject("involvedObject")
                .put("apiVersion", about.kind().apiVersion())
                .put("kind", about.kind().kind())
                .put("namespace", about.namespace())
                .put("name", about.name())
                .put("uid", about.uid());
        body.put("reason", event.reason());
        body.put("message", event.message());
        body.put("type", type(event.severity()));
        body.put("count", told.count);
        body.put("firstTimestamp", told.first.toString());
        body.put("lastTimestamp", told.last.toString());
        body.putObject("source").put("component", COMPONENT);
        body.put("reportingComponent", COMPONENT);
        return body;
    }

    private static String type(Action.Severity severity) {
        return switch (severity) {
            case NORMAL -> "Normal";
            case WARNING -> "Warning";
        };
    }

    /** The same for the same words about the same object. */
    private static String name(Action.Announce event) {
        String words = event.about().uid() + "/" + event.severity() + "/" + event.reason() + "/" + event.message();
        String name = event.about().name();
        String begin = name.substring(0, Math.min(name.length(), 200));
        return begin + "." + Integer.toHexString(words.hashCode())
                + Integer.toHexString(event.reason().hashCode());
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
