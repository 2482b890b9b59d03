package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.Watch;
import io.kusionstack.operating.testbed.api.WatchEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** The newest state of every Pod of one namespace, as a watch of its own shows it. Any number of threads may wait on it. */
final class PodBoard implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, JsonNode> pods = new HashMap<>();
    private final Map<String, Condition> changed = new HashMap<>();
    private final Condition any = lock.newCondition();
    private final Watch watch;

    PodBoard(KubeApi api, String namespace) {
        this.watch = api.watch("/api/v1/namespaces/" + namespace + "/pods", this::show);
    }

    private void show(WatchEvent event) {
        lock.lock();
        try {
            switch (event) {
                case WatchEvent.Added added -> put(added.object());
                case WatchEvent.Modified modified -> put(modified.object());
                case WatchEvent.Deleted deleted -> remove(deleted.object());
                case WatchEvent.Synced ignored -> any.signalAll();
                case WatchEvent.Restarted ignored -> pods.clear();
            }
        } finally {
            lock.unlock();
        }
    }

    private void put(JsonNode pod) {
        pods.put(nameOf(pod), pod);
        wake(pod);
    }

    private void remove(JsonNode pod) {
        pods.remove(nameOf(pod));
        wake(pod);
    }

    private void wake(JsonNode pod) {
        Condition waiting = changed.get(nameOf(pod));
        if (waiting != null) {
            waiting.signalAll();
        }
        any.signalAll();
    }

    private static String nameOf(JsonNode pod) {
        return pod.path("metadata").path("name").asText();
    }

    /** Waits until the Pod of that name is as wanted, and returns it. */
    JsonNode await(String name, Predicate<JsonNode> wanted) throws InterruptedException {
        lock.lock();
        try {
            Condition waiting = changed.computeIfAbsent(name, ignored -> lock.newCondition());
            Instant until = Instant.now().plus(PATIENCE);
            JsonNode pod = pods.get(name);
            while (pod == null || !wanted.test(pod)) {
                await(waiting, until, "Pod " + name + " did not become as wanted: " + pod);
                pod = pods.get(name);
            }
            return pod;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all Pods together are as wanted. */
    void awaitAll(Predicate<List<JsonNode>> wanted) throws InterruptedException {
        lock.lock();
        try {
            Instant until = Instant.now().plus(PATIENCE);
            while (!wanted.test(List.copyOf(pods.values()))) {
                await(any, until, pods.size() + " Pods did not become as wanted");
            }
        } finally {
            lock.unlock();
        }
    }

    private static void await(Condition condition, Instant until, String failure) throws InterruptedException {
        long left = Duration.between(Instant.now(), until).toNanos();
        if (left <= 0
                || !condition.await(left, TimeUnit.NANOSECONDS) && Instant.now().isAfter(until)) {
            throw new IllegalStateException(failure);
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
