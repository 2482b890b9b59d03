package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.Watch;
import io.kusionstack.operating.testbed.api.WatchEvent;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Looks through a watch of its own when the Pods of one namespace reach the stages of their update. A time is that of the
 * watch event, some milliseconds after the write. Any thread may ask.
 */
final class StageWatch implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, StageTimes.Course> courses = new HashMap<>();
    private final CountDownLatch synced = new CountDownLatch(1);
    private final Clock clock = Clock.systemUTC();
    private final Watch watch;

    private StageWatch(KubeApi api, String namespace) {
        this.watch = api.watch("/api/v1/namespaces/" + namespace + "/pods", this::accept);
    }

    /** Returns when it has seen all Pods that there are. */
    static StageWatch start(KubeApi api, String namespace) throws InterruptedException {
        StageWatch started = new StageWatch(api, namespace);
        started.synced.await();
        return started;
    }

    StageTimes times() {
        lock.lock();
        try {
            return StageTimes.of(courses.values());
        } finally {
            lock.unlock();
        }
    }

    private void accept(WatchEvent event) {
        switch (event) {
            case WatchEvent.Added(JsonNode pod) -> see(pod);
            case WatchEvent.Modified(JsonNode pod) -> see(pod);
            case WatchEvent.Synced ignored -> synced.countDown();
            case WatchEvent.Deleted ignored -> {}
            case WatchEvent.Restarted ignored -> {}
        }
    }

    private void see(JsonNode pod) {
        lock.lock();
        try {
            StageTimes.Course course = courses.computeIfAbsent(
                    pod.path("metadata").path("name").asText(), name -> new StageTimes.Course());
            Stage.of(pod).ifPresent(stage -> course.see(stage, clock.instant()));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
