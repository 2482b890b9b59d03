package io.kusionstack.operating.host.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.Watch;
import io.kusionstack.operating.testbed.api.WatchEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** Sees every instant of a namespace's Pods through a watch of its own, and remembers the worst of them. */
final class Witness implements AutoCloseable {
    private static final String GATE = "pod.kusionstack.io/service-ready";
    private static final String AVAILABLE = "podopslifecycle.kusionstack.io/service-available";
    private static final String INSTANCE = "collaset.kusionstack.io/instance-id";

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, JsonNode> pods = new HashMap<>();
    private final Set<String> everSeen = new HashSet<>();
    private final List<String> doubledIds = new ArrayList<>();
    private final Watch watch;
    private int fewestAvailable = Integer.MAX_VALUE;
    private int mostTakenOut;
    private int mostChanging;

    /** @param path of the Pods, with a selector if there is one */
    Witness(KubeApi api, String path) {
        watch = api.watch(path, this::see);
    }

    private void see(WatchEvent event) {
        lock.lock();
        try {
            switch (event) {
                case WatchEvent.Added added -> put(added.object());
                case WatchEvent.Modified modified -> put(modified.object());
                case WatchEvent.Deleted deleted -> pods.remove(uid(deleted.object()));
                case WatchEvent.Synced ignored -> {}
                case WatchEvent.Restarted ignored -> pods.clear();
            }
            fewestAvailable = Math.min(fewestAvailable, count(Witness::isAvailable));
            mostTakenOut = Math.max(mostTakenOut, count(Witness::isTakenOut));
            mostChanging = Math.max(mostChanging, count(Witness::isChanging));
            noteDoubledIds();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void put(JsonNode pod) {
        pods.put(uid(pod), pod);
        everSeen.add(uid(pod));
    }

    private void noteDoubledIds() {
        Set<String> ids = new HashSet<>();
        for (JsonNode pod : pods.values()) {
            String id = pod.path("metadata").path("labels").path(INSTANCE).asText();
            if (!id.isEmpty() && !pod.path("metadata").has("deletionTimestamp") && !ids.add(id)) {
                doubledIds.add(id);
            }
        }
    }

    /** Waits until the Pods together are as wanted, and returns them. */
    List<JsonNode> await(String what, Duration limit, Predicate<List<JsonNode>> wanted) throws InterruptedException {
        lock.lock();
        try {
            Instant until = Instant.now().plus(limit);
            while (!wanted.test(List.copyOf(pods.values()))) {
                long left = Duration.between(Instant.now(), until).toMillis();
                if (left <= 0) {
                    throw new AssertionError(what + " did not come to pass within " + limit + ": " + summary());
                }
                changed.await(Math.min(left, 500), TimeUnit.MILLISECONDS);
            }
            return List.copyOf(pods.values());
        } finally {
            lock.unlock();
        }
    }

    private List<String> summary() {
        return pods.values().stream()
                .map(pod -> pod.at("/metadata/name").asText() + " "
                        + pod.at("/spec/containers/0/image").asText() + " available=" + isAvailable(pod) + " "
                        + pod.at("/metadata/labels"))
                .toList();
    }

    /** From now on the worst is remembered anew. */
    void forget() {
        lock.lock();
        try {
            fewestAvailable = count(Witness::isAvailable);
            mostTakenOut = count(Witness::isTakenOut);
            mostChanging = count(Witness::isChanging);
        } finally {
            lock.unlock();
        }
    }

    int fewestAvailable() {
        lock.lock();
        try {
            return fewestAvailable;
        } finally {
            lock.unlock();
        }
    }

    /** The most Pods that were out of service by a decision of the operator at once, whatever befell the others. */
    int mostTakenOut() {
        lock.lock();
        try {
            return mostTakenOut;
        } finally {
            lock.unlock();
        }
    }

    /** The most Pods at once that had an image which did not run yet. */
    int mostChanging() {
        lock.lock();
        try {
            return mostChanging;
        } finally {
            lock.unlock();
        }
    }

    List<String> doubledIds() {
        lock.lock();
        try {
            return List.copyOf(doubledIds);
        } finally {
            lock.unlock();
        }
    }

    /** How many different Pods there have been. */
    int everSeen() {
        lock.lock();
        try {
            return everSeen.size();
        } finally {
            lock.unlock();
        }
    }

    private int count(Predicate<JsonNode> question) {
        return (int) pods.values().stream().filter(question).count();
    }

    /** In service: marked so, Ready, its gate True, and not on its way out. */
    static boolean isAvailable(JsonNode pod) {
        return pod.path("metadata").path("labels").has(AVAILABLE)
                && !pod.path("metadata").has("deletionTimestamp")
                && isTrue(pod, "Ready")
                && isTrue(pod, GATE);
    }

    /** Its gate, which is the operator's alone, is not True, or it is deleted. */
    static boolean isTakenOut(JsonNode pod) {
        return !isTrue(pod, GATE) || pod.path("metadata").has("deletionTimestamp");
    }

    static boolean isChanging(JsonNode pod) {
        return !runs(pod, pod.at("/spec/containers/0/image").asText());
    }

    static boolean isTrue(JsonNode pod, String condition) {
        for (JsonNode one : pod.path("status").path("conditions")) {
            if (one.path("type").asText().equals(condition)) {
                return one.path("status").asText().equals("True");
            }
        }
        return false;
    }

    /** The labels of operations that are on the Pod. */
    static List<String> operations(JsonNode pod) {
        List<String> found = new ArrayList<>();
        pod.path("metadata").path("labels").fieldNames().forEachRemaining(label -> {
            if (label.contains(".podopslifecycle.kusionstack.io/")) {
                found.add(label);
            }
        });
        return found;
    }

    static boolean runs(JsonNode pod, String image) {
        return pod.at("/spec/containers/0/image").asText().equals(image)
                && pod.at("/status/containerStatuses/0/image").asText().equals(image);
    }

    private static String uid(JsonNode pod) {
        return pod.path("metadata").path("uid").asText();
    }

    @Override
    public void close() {
        watch.close();
    }
}
