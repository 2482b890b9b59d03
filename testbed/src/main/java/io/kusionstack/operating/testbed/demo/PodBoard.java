package io.kusionstack.operating.testbed.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.Watch;
import io.kusionstack.operating.testbed.api.WatchEvent;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Sees every state of a namespace's Pods through a watch of its own. Any thread may ask or wait. */
public final class PodBoard implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, SeenPod> pods = new TreeMap<>();
    private final Set<String> everSeen = new HashSet<>();
    private final Watch watch;
    private Census census = new Census();
    private OutOfService meter = new OutOfService(0);
    private boolean complete;

    PodBoard(KubeApi api, String namespace) {
        this.watch = api.watch("/api/v1/namespaces/" + namespace + "/pods", this::see);
    }

    private void see(WatchEvent event) {
        lock.lock();
        try {
            switch (event) {
                case WatchEvent.Added(JsonNode pod) -> put(SeenPod.of(pod));
                case WatchEvent.Modified(JsonNode pod) -> put(SeenPod.of(pod));
                case WatchEvent.Deleted(JsonNode pod) ->
                    census.leave(pods.remove(SeenPod.of(pod).uid()));
                case WatchEvent.Synced(String version) -> complete = true;
                case WatchEvent.Restarted() -> {
                    pods.clear();
                    census = new Census();
                    complete = false;
                }
            }
            // Half a list is no moment that was.
            if (complete) {
                meter.see(census.inService());
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void put(SeenPod pod) {
        census.leave(pods.put(pod.uid(), pod));
        census.enter(pod);
        everSeen.add(pod.uid());
    }

    /** The Pods as they are now, by name. */
    public List<SeenPod> pods() {
        lock.lock();
        try {
            return pods.values().stream()
                    .sorted(Comparator.comparing(SeenPod::name))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** From now on it is counted how many of so many Pods are out of service. */
    public void measure(int wanted) {
        lock.lock();
        try {
            meter = new OutOfService(wanted);
            meter.see(census.inService());
        } finally {
            lock.unlock();
        }
    }

    /** The most Pods out of service at any moment since {@link #measure}. */
    public int mostOutOfService() {
        lock.lock();
        try {
            return meter.most();
        } finally {
            lock.unlock();
        }
    }

    /** How many different Pods there have been. */
    public int everSeen() {
        lock.lock();
        try {
            return everSeen.size();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the Pods together are as wanted, of which it asks at every event; false when the time is over. */
    public boolean await(Duration limit, Predicate<List<SeenPod>> wanted) throws InterruptedException {
        return awaitState(limit, () -> wanted.test(List.copyOf(pods.values())));
    }

    /** Waits until so many Pods, and no others, serve this image; an event costs the same however many Pods there are. */
    public boolean awaitServing(int count, String image, Duration limit) throws InterruptedException {
        return awaitState(limit, () -> pods.size() == count && census.serving(image) == count);
    }

    private boolean awaitState(Duration limit, BooleanSupplier wanted) throws InterruptedException {
        lock.lock();
        try {
            long left = limit.toNanos();
            while (!complete || !wanted.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
