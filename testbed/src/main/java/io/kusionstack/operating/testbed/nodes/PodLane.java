package io.kusionstack.operating.testbed.nodes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.api.ApiException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One Pod's way from events to writes: events are applied one at a time, and its writes leave one after the other, each
 * as the core decided it. Safe for any thread; none is held up by a write.
 */
final class PodLane {
    /** What is still to be written. */
    private sealed interface Write {
        record Publish(PodStatus status) implements Write {}

        /** The final deletion. */
        record Remove() implements Write {}

        /** What the node controller writes once the node is cut off, whatever the node has still to say. */
        record MarkUnready(Instant at) implements Write {}
    }

    private enum Outcome {
        ACCEPTED,
        REFUSED,
        AGAIN
    }

    private final Shell shell;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Write> writes = new ArrayDeque<>();
    private final String key;
    private SimulatedPod pod;
    private @Nullable PodStatus accepted;
    private boolean writing;
    private boolean paused;
    private boolean gone;
    private @Nullable Instant wake;
    private @Nullable Future<?> timer;

    PodLane(Shell shell, Step first) {
        this.shell = shell;
        this.pod = first.pod();
        this.key = pod.seen().key();
        lock.lock();
        try {
            follow(first);
        } finally {
            lock.unlock();
        }
    }

    /** Applies the event at the present time. */
    void accept(PodEvent event) {
        lock.lock();
        try {
            if (!gone) {
                follow(pod.step(event, shell.now(), shell.world()));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Namespace and name of the Pod. */
    String key() {
        return key;
    }

    /** The object is gone: nothing more is written. */
    void forget() {
        lock.lock();
        try {
            gone = true;
            writes.clear();
            schedule(null);
            shell.history().record(pod.seen().uid(), shell.now(), false);
        } finally {
            lock.unlock();
        }
    }

    /** The node is cut off: it learns nothing and writes nothing, and the node controller reports the Pod unready. */
    void cutOff() {
        lock.lock();
        try {
            paused = true;
            accept(new PodEvent.CutOff());
            PodStatus known = pod.published();
            if (known != null && known.isTrue("Ready")) {
                writes.addFirst(new Write.MarkUnready(shell.now()));
                pump();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The node is back: the present status is written, whatever was before, and the Pod is looked at. */
    void back() {
        lock.lock();
        try {
            paused = false;
            accepted = null;
            boolean removed = writes.stream().anyMatch(Write.Remove.class::isInstance);
            writes.clear();
            PodStatus present = pod.published();
            if (present != null) {
                writes.add(new Write.Publish(present));
            }
            if (removed) {
                writes.add(new Write.Remove());
            }
            accept(new PodEvent.Back());
            pump();
        } finally {
            lock.unlock();
        }
    }

    private void follow(Step step) {
        pod = step.pod();
        shell.history().record(pod.seen().uid(), shell.now(), pod.serving());
        step.published().ifPresent(status -> writes.add(new Write.Publish(status)));
        if (step.remove()) {
            writes.add(new Write.Remove());
        }
        schedule(step.wake());
        pump();
    }

    private void schedule(@Nullable Instant next) {
        if (next != null && next.equals(wake)) {
            return;
        }
        if (timer != null) {
            timer.cancel(false);
        }
        wake = next;
        timer = next == null ? null : shell.at(next, this::tick);
    }

    private void tick() {
        lock.lock();
        try {
            wake = null;
        } finally {
            lock.unlock();
        }
        accept(new PodEvent.Tick());
    }

    private void pump() {
        Write next = writes.peekFirst();
        boolean held = paused && !(next instanceof Write.MarkUnready);
        if (next != null && !writing && !held && !gone) {
            writing = true;
            PodStatus known = accepted;
            shell.write(() -> written(next, send(next, known)));
        }
    }

    private void written(Write write, Outcome outcome) {
        lock.lock();
        try {
            writing = false;
            // After anything but success it is not known what the server has: the next patch says everything.
            accepted = outcome == Outcome.ACCEPTED && write instanceof Write.Publish(PodStatus status) ? status : null;
            if (outcome != Outcome.AGAIN) {
                writes.remove(write);
                pump();
            } else {
                shell.at(shell.now().plus(Shell.RETRY), this::retry);
            }
        } finally {
            lock.unlock();
        }
    }

    private void retry() {
        lock.lock();
        try {
            pump();
        } finally {
            lock.unlock();
        }
    }

    private Outcome send(Write write, @Nullable PodStatus known) {
        PodView view = pod.seen();
        String path = "/api/v1/namespaces/" + view.namespace() + "/pods/" + view.name();
        try {
            switch (write) {
                case Write.Remove() -> shell.delete(path, removal(view.uid()));
                case Write.MarkUnready(Instant at) -> shell.patchStatus(path, StatusJson.unready(view.uid(), at));
                case Write.Publish(PodStatus status) -> shell.patchStatus(path, patch(view.uid(), known, status));
            }
            return Outcome.ACCEPTED;
        } catch (ApiException e) {
            return shell.isFinal(view, e) ? Outcome.REFUSED : Outcome.AGAIN;
        } catch (UncheckedIOException e) {
            return Outcome.AGAIN;
        }
    }

    private static ObjectNode patch(String uid, @Nullable PodStatus known, PodStatus status) {
        return known == null ? StatusJson.patch(uid, status) : StatusJson.patch(uid, known, status);
    }

    private static ObjectNode removal(String uid) {
        ObjectNode options = JsonNodeFactory.instance.objectNode().put("gracePeriodSeconds", 0);
        options.putObject("preconditions").put("uid", uid);
        return options;
    }
}
