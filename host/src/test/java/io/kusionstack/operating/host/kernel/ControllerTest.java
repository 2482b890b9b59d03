package io.kusionstack.operating.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kusionstack.operating.host.world.Unused;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ControllerTest {
    private static final Key A = new Key("shop", "a");
    private static final Key B = new Key("shop", "b");
    private static final Backoff SHORT = new Backoff(Duration.ofMillis(1), Duration.ofMillis(4));

    private final KeyQueue queue = new KeyQueue(InstantSource.system());

    @Test
    void whatTheQueueWasToldBeforeTheControllerWasMadeIsLookedAt() throws InterruptedException {
        queue.accept(A);
        BlockingQueue<Key> looks = new LinkedBlockingQueue<>();
        Reconciler reconciler = (key, now) -> {
            looks.add(key);
            return Outcome.done();
        };

        Controller controller = new Controller(
                "test", reconciler, Controller.ControllerSettings.of(1, Cooldown.none()), Unused.loopMetrics(), queue);
        controller.start();

        assertThat(looks.poll(10, TimeUnit.SECONDS)).isEqualTo(A);
        assertThat(controller.stop(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void looksAtWhatItWasToldBeforeItStarted() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        Controller controller = controller(1, (key, now) -> {
            seen.countDown();
            return Outcome.done();
        });
        queue.enqueue(A);
        controller.start();

        assertThat(seen.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(controller.stop(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void comesBackAfterAnExceptionAndCountsTheFailuresInARow() throws Exception {
        List<Integer> inARow = new CopyOnWriteArrayList<>();
        Semaphore successes = new Semaphore(0);
        AtomicInteger looks = new AtomicInteger();
        LoopMetrics metrics = new LoopMetrics() {
            @Override
            public void failed(String controller, int count) {
                inARow.add(count);
            }
        };
        Controller controller = new Controller(
                "test",
                (key, now) -> {
                    int look = looks.incrementAndGet();
                    if (look == 1 || look == 2 || look == 4) {
                        throw new IllegalStateException("look " + look);
                    }
                    successes.release();
                    return Outcome.done();
                },
                new Controller.ControllerSettings(1, SHORT, Cooldown.none()),
                metrics,
                queue);
        controller.start();
        queue.enqueue(A);
        assertThat(successes.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        queue.enqueue(A);
        assertThat(successes.tryAcquire(10, TimeUnit.SECONDS)).isTrue();

        assertThat(controller.stop(Duration.ofSeconds(10))).isTrue();
        assertThat(inARow).containsExactly(1, 2, 1);
    }

    @Test
    void looksAgainWhenTheOutcomeAsksForIt() throws Exception {
        CountDownLatch looks = new CountDownLatch(3);
        Controller controller = controller(1, (key, now) -> {
            looks.countDown();
            return looks.getCount() == 0 ? Outcome.done() : Outcome.requeueAfter(Duration.ofMillis(1), "test");
        });
        controller.start();
        queue.enqueue(A);

        assertThat(looks.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(controller.stop(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void letsAKeyRestForAsManyTimesAsLongAsItsLookTook() throws Exception {
        Instant noon = Instant.parse("2026-01-01T12:00:00Z");
        AtomicReference<Instant> clock = new AtomicReference<>(noon);
        KeyQueue queue = new KeyQueue(clock::get);
        BlockingQueue<Key> looks = new LinkedBlockingQueue<>();
        Controller controller = new Controller(
                "test",
                (key, now) -> {
                    clock.compareAndSet(noon, noon.plusSeconds(10));
                    looks.add(key);
                    return Outcome.done();
                },
                new Controller.ControllerSettings(1, SHORT, new Cooldown(3, Duration.ofMinutes(1))),
                Unused.loopMetrics(),
                queue);
        controller.start();
        queue.enqueue(A);
        assertThat(looks.poll(10, TimeUnit.SECONDS)).isEqualTo(A);

        queue.enqueue(A);
        queue.enqueue(B);
        assertThat(looks.poll(10, TimeUnit.SECONDS)).as("A rests").isEqualTo(B);
        clock.set(noon.plusSeconds(40));
        queue.enqueue(new Key("shop", "c"));

        assertThat(looks.poll(10, TimeUnit.SECONDS)).as("A has rested").isEqualTo(A);
        assertThat(controller.stop(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void neverRunsOneKeyTwiceAtOnceNorMoreKeysThanWorkers() throws Exception {
        Set<Key> running = ConcurrentHashMap.newKeySet();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger twice = new AtomicInteger();
        CountDownLatch looks = new CountDownLatch(400);
        Controller controller = controller(3, (key, now) -> {
            if (!running.add(key)) {
                twice.incrementAndGet();
            }
            most.accumulateAndGet(running.size(), Math::max);
            Thread.yield();
            running.remove(key);
            looks.countDown();
            return looks.getCount() > 0 ? Outcome.requeueAfter(Duration.ZERO, "test") : Outcome.done();
        });
        for (int i = 0; i < 10; i++) {
            queue.enqueue(new Key("shop", "pod-" + i));
        }
        controller.start();

        assertThat(looks.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(controller.stop(Duration.ofSeconds(10))).isTrue();
        assertThat(twice).hasValue(0);
        assertThat(most.get()).isBetween(1, 3);
    }

    @Test
    void runsAKeyAgainThatWasToldOfWhileItRan() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch looks = new CountDownLatch(2);
        Controller controller = controller(4, (key, now) -> {
            inside.countDown();
            awaitQuietly(told);
            looks.countDown();
            return Outcome.done();
        });
        controller.start();
        queue.enqueue(A);
        assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
        queue.enqueue(A);
        told.countDown();

        assertThat(looks.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(controller.stop(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void stopsOnlyAfterWhatRunsHasEnded() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        List<Key> ended = new CopyOnWriteArrayList<>();
        Controller controller = controller(1, (key, now) -> {
            inside.countDown();
            awaitQuietly(go);
            ended.add(key);
            return Outcome.done();
        });
        controller.start();
        queue.enqueue(A);
        queue.enqueueAfter(B, Duration.ofHours(1));
        assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();

        assertThat(controller.stop(Duration.ofMillis(1))).isFalse();
        go.countDown();
        assertThat(controller.stop(Duration.ofSeconds(10))).isTrue();
        assertThat(ended).containsExactly(A);
    }

    @Test
    void startsOnlyOnce() throws Exception {
        Controller controller = controller(1, (key, now) -> Outcome.done());
        controller.start();

        assertThatThrownBy(controller::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("test");
        assertThat(controller.stop(Duration.ofSeconds(1))).isTrue();
    }

    @Test
    void tellsWhichLookHasBeenRunningForLongestAndWhatIsLeftUndone() throws Exception {
        Instant noon = Instant.parse("2026-01-01T12:00:00Z");
        KeyQueue queue = new KeyQueue(InstantSource.fixed(noon));
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Reconciler held = (key, now) -> {
            inside.countDown();
            awaitQuietly(go);
            return Outcome.done();
        };
        Controller controller = new Controller(
                "test",
                held,
                new Controller.ControllerSettings(1, SHORT, Cooldown.none()),
                Unused.loopMetrics(),
                queue);
        queue.enqueue(A);
        LoopHealth before = controller.health();
        controller.start();
        assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
        queue.enqueue(B);

        LoopHealth busy = controller.health();

        go.countDown();
        assertThat(before).isEqualTo(new LoopHealth("test", true, Optional.empty(), Optional.empty()));
        assertThat(busy)
                .isEqualTo(new LoopHealth("test", true, Optional.of(new LoopHealth.Since(A, noon)), Optional.empty()));
        assertThat(controller.stop(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void tellsThatTheThreadWhichGivesOutWorkHasDied() throws Exception {
        Instant noon = Instant.parse("2026-01-01T12:00:00Z");
        KeyQueue queue = new KeyQueue(InstantSource.fixed(noon));
        CountDownLatch broken = new CountDownLatch(1);
        LoopMetrics breaks = new LoopMetrics() {
            @Override
            public void taken(String controller, Duration waited, int left) {
                broken.countDown();
                throw new IllegalStateException("as wanted");
            }
        };
        Controller controller = new Controller(
                "test",
                (key, now) -> Outcome.done(),
                new Controller.ControllerSettings(2, SHORT, Cooldown.none()),
                breaks,
                queue);
        queue.enqueue(A);
        queue.enqueue(B);
        controller.start();
        assertThat(broken.await(10, TimeUnit.SECONDS)).isTrue();

        Awaitility.await().until(() -> !controller.health().dispatching());

        assertThat(controller.health())
                .isEqualTo(new LoopHealth(
                        "test",
                        false,
                        Optional.of(new LoopHealth.Since(A, noon)),
                        Optional.of(new LoopHealth.Since(B, noon))));
    }

    @Test
    void isWellOnceItIsToldToStop() throws Exception {
        Controller controller = controller(1, (key, now) -> Outcome.done());
        controller.start();
        queue.enqueueAfter(A, Duration.ofHours(1));

        assertThat(controller.stop(Duration.ofSeconds(10))).isTrue();

        assertThat(controller.health()).isEqualTo(new LoopHealth("test", true, Optional.empty(), Optional.empty()));
    }

    private Controller controller(int workers, Reconciler reconciler) {
        return new Controller(
                "test",
                reconciler,
                new Controller.ControllerSettings(workers, SHORT, Cooldown.none()),
                Unused.loopMetrics(),
                queue);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
