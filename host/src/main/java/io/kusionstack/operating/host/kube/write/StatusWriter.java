package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kernel.Durations;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Writes the status of shared objects: the first change at once, then at most one write each 500 ms for an object. A write
 * that comes too early is not kept: its planner plans again when it is due. Any thread; blocks while the API server answers.
 */
final class StatusWriter {
    static final Duration WINDOW = Duration.ofMillis(500);

    private final BiConsumer<ObjectKind, JsonNode> learner;
    private final RequestSender sender;
    private final ConflictRetry conflicts;
    private final InstantSource clock;
    private final PrunedStatuses pruned = new PrunedStatuses();
    /** When a status was last sent, by the uid of its object, the earliest first; without those whose window is over. */
    private final Map<String, Instant> sent = new LinkedHashMap<>();

    StatusWriter(BiConsumer<ObjectKind, JsonNode> learner, RequestSender sender, InstantSource clock) {
        this.learner = learner;
        this.sender = sender;
        this.conflicts = new ConflictRetry(sender);
        this.clock = clock;
    }

    /** How long the write has to wait for the end of the window of its object; empty if it may be made now. */
    synchronized Optional<Duration> due(Action.WriteStatus action) {
        Instant last = sent.get(action.object().uid());
        if (last == null || pruned.isKept(action)) {
            return Optional.empty();
        }
        Duration left = Durations.shorter(WINDOW, WINDOW.minus(Duration.between(last, clock.instant())));
        return left.isPositive() ? Optional.of(left) : Optional.empty();
    }

    /** Sends the status, unless this API server keeps no more of it than the object has. */
    Optional<Failure> write(Action.WriteStatus action) {
        if (pruned.isKept(action)) {
            return Optional.empty();
        }
        openWindow(action.object().uid());
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.set("status", action.status());
        WriteResult result = conflicts.send(
                action.object(),
                action.resourceVersion(),
                action.reliesOn(),
                version -> send(action.object(), ObjectWriter.conditional(status, action.object(), version)));
        if (result instanceof WriteResult.Written(byte[] answer)) {
            JsonNode written = ApiResponse.tree(answer);
            learner.accept(action.object().kind(), written);
            pruned.written(action, written);
        }
        return ObjectWriter.failure(action, result);
    }

    private WriteResult send(ObjectRef object, ObjectNode body) {
        return sender.send(
                Urgency.STATUS,
                object.kind().kind(),
                "patch-status",
                client -> client.patch(ApiClient.path(object) + "/status", ApiClient.MERGE, body.toString()));
    }

    private synchronized void openWindow(String uid) {
        Instant now = clock.instant();
        Iterator<Instant> eldest = sent.values().iterator();
        while (eldest.hasNext() && !now.isBefore(eldest.next().plus(WINDOW))) {
            eldest.remove();
        }
        sent.remove(uid);
        sent.put(uid, now);
    }
}
