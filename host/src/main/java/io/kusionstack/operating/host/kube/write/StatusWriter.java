package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kernel.DelayedTasks;
import io.kusionstack.operating.host.kernel.Durations;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the status of shared objects: the first change at once, then at most one write each 500 ms for an object, and the
 * last one for certain. What was written already is not written again. Any thread; only the first change blocks.
 */
final class StatusWriter {
    static final Duration WINDOW = Duration.ofMillis(500);

    private final BiConsumer<ObjectKind, JsonNode> learner;
    private final RequestSender sender;
    private final DelayedTasks later;
    private final WritePauses pauses;
    private final PrunedStatuses pruned = new PrunedStatuses();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Slot> slots = new HashMap<>();

    StatusWriter(
            BiConsumer<ObjectKind, JsonNode> learner, RequestSender sender, DelayedTasks later, WritePauses pauses) {
        this.learner = learner;
        this.sender = sender;
        this.later = later;
        this.pauses = pauses;
    }

    /** What was written of one object within the window, and what waits for its end; guarded by the lock. */
    private static final class Slot {
        Action.@Nullable WriteStatus waiting;
        Action.@Nullable WriteStatus written;
        long versionAfter;
    }

    /** @return the failure of a write made now; empty for one that is held back */
    Optional<Failure> write(Action.WriteStatus action) {
        if (pruned.isKept(action)) {
            return Optional.empty();
        }
        lock.lock();
        try {
            Slot slot = slots.get(action.object().uid());
            if (slot != null) {
                slot.waiting = action;
                return Optional.empty();
            }
            slots.put(action.object().uid(), new Slot());
        } finally {
            lock.unlock();
        }
        Optional<Failure> failure = send(action, action.resourceVersion());
        later.after(window(action), () -> windowEnds(action.object().uid()));
        return failure;
    }

    private void windowEnds(String uid) {
        final Action.WriteStatus next;
        final long version;
        lock.lock();
        try {
            Slot slot = slots.get(uid);
            if (slot == null) {
                return;
            }
            next = slot.waiting;
            slot.waiting = null;
            if (next == null || isWritten(slot, next) || pruned.isKept(next)) {
                slots.remove(uid);
                return;
            }
            version = baseOf(slot, next);
        } finally {
            lock.unlock();
        }
        send(next, version).ifPresent(failure -> again(uid, next, failure));
        later.after(window(next), () -> windowEnds(uid));
    }

    /** While the API server does not take the status, its window lasts as long as the pause. */
    private Duration window(Action.WriteStatus action) {
        Duration left = pauses.left(target(action, action.resourceVersion()));
        return Durations.longer(left, WINDOW);
    }

    private static WritePauses.WriteTarget target(Action.WriteStatus action, long version) {
        return new WritePauses.WriteTarget("status", action.object(), version);
    }

    /**
     * What did not arrive is tried at the end of the next window, unless something newer waits: it would not be tried
     * again otherwise, for the object does not change. A conflict is planned anew.
     */
    private void again(String uid, Action.WriteStatus action, Failure failure) {
        if (failure.result().cause() == WriteResult.Cause.CONFLICT) {
            return;
        }
        lock.lock();
        try {
            Slot slot = slots.get(uid);
            if (slot != null && slot.waiting == null) {
                slot.waiting = action;
            }
        } finally {
            lock.unlock();
        }
    }

    private static boolean isWritten(Slot slot, Action.WriteStatus action) {
        return slot.written != null
                && slot.written.status().equals(action.status())
                && (action.resourceVersion() == slot.versionAfter
                        || action.resourceVersion() == slot.written.resourceVersion());
    }

    /** Decided before our own last write was seen, and nothing else lies between: the version after that write. */
    private static long baseOf(Slot slot, Action.WriteStatus action) {
        return slot.written != null && slot.written.resourceVersion() == action.resourceVersion()
                ? slot.versionAfter
                : action.resourceVersion();
    }

    private Optional<Failure> send(Action.WriteStatus action, long version) {
        return pauses.unlessPaused(target(action, version), action, () -> sendNow(action, version));
    }

    private Optional<Failure> sendNow(Action.WriteStatus action, long version) {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.set("status", action.status());
        String body = ObjectWriter.conditional(status, action.object(), version).toString();
        WriteResult result = sender.send(
                Urgency.STATUS,
                action.object().kind().kind(),
                "patch-status",
                client -> client.patch(ApiClient.path(action.object()) + "/status", ApiClient.MERGE, body));
        if (result instanceof WriteResult.Written(byte[] answer)) {
            JsonNode written = ApiResponse.tree(answer);
            learner.accept(action.object().kind(), written);
            pruned.written(action, written);
            noteWritten(
                    action,
                    ApiResponse.version(written.at("/metadata/resourceVersion").asText()));
        }
        return ObjectWriter.failure(action, result);
    }

    private void noteWritten(Action.WriteStatus action, long versionAfter) {
        lock.lock();
        try {
            Slot slot = slots.get(action.object().uid());
            if (slot != null) {
                slot.written = action;
                slot.versionAfter = versionAfter;
            }
        } finally {
            lock.unlock();
        }
    }
}
