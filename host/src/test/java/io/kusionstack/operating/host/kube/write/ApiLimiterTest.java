package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ApiLimiterTest {
    @Test
    void letsNoMoreInThanItMay() throws InterruptedException {
        ApiLimiter limiter = new ApiLimiter(2);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    limiter.enter(Urgency.LIFE);
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    Thread.yield();
                    inside.decrementAndGet();
                    limiter.leave();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(most).hasValueBetween(1, 2);
        assertThat(inside).hasValue(0);
    }

    @Test
    void letsNobodyInWhileTheServerAsksForPatience() throws InterruptedException {
        ApiLimiter limiter = new ApiLimiter(2);
        long start = System.nanoTime();
        limiter.pause(Duration.ofMillis(150));
        limiter.pause(Duration.ofMillis(1));

        limiter.enter(Urgency.LIFE);

        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(150));
    }

    @Test
    void letsTheNextInWhenOneLeaves() throws InterruptedException {
        ApiLimiter limiter = new ApiLimiter(1);
        CountDownLatch entered = new CountDownLatch(1);
        limiter.enter(Urgency.LIFE);
        Thread next = Thread.ofVirtual().start(() -> {
            try {
                limiter.enter(Urgency.LIFE);
                entered.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(entered.await(50, TimeUnit.MILLISECONDS)).isFalse();

        limiter.leave();

        next.join();
        assertThat(entered.getCount()).isZero();
    }

    @Test
    void whereAllClassesWaitTheMoreUrgentGoOftenerAndNoneStarves() throws InterruptedException {
        ApiLimiter limiter = new ApiLimiter(1);
        limiter.enter(Urgency.LIFE);
        List<Urgency> order = new CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (Urgency urgency : Urgency.values()) {
            for (int i = 0; i < 20; i++) {
                threads.add(waiting(limiter, urgency, order));
            }
        }

        limiter.leave();

        for (Thread thread : threads) {
            thread.join();
        }
        Map<Urgency, Long> early =
                order.stream().limit(31).collect(Collectors.groupingBy(urgency -> urgency, Collectors.counting()));
        assertThat(early.keySet()).containsExactlyInAnyOrder(Urgency.values());
        assertThat(early.get(Urgency.BACK_TO_SERVICE)).isBetween(15L, 17L);
        assertThat(early.get(Urgency.BEGIN)).isBetween(1L, 3L);
    }

    @Test
    void oneWriteOfAClassThatIsSeldomUsedDoesNotWaitForAThousandOfAnother() throws InterruptedException {
        ApiLimiter limiter = new ApiLimiter(1);
        limiter.enter(Urgency.BEGIN);
        List<Urgency> order = new CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            threads.add(waiting(limiter, Urgency.BEGIN, order));
        }
        threads.add(waiting(limiter, Urgency.LIFE, order));

        limiter.leave();

        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(order.indexOf(Urgency.LIFE)).isLessThan(3);
    }

    @Test
    void whoWaitsGoesOnWhenTheSilenceEndsThoughNobodyLeavesThen() throws InterruptedException {
        ApiLimiter limiter = new ApiLimiter(1);
        limiter.enter(Urgency.LIFE);
        List<Urgency> order = new CopyOnWriteArrayList<>();
        Thread thread = waiting(limiter, Urgency.BEGIN, order);

        limiter.pause(Duration.ofMillis(100));
        limiter.leave();
        thread.join();

        assertThat(order).containsExactly(Urgency.BEGIN);
    }

    /** A thread that is sure to wait. */
    private static Thread waiting(ApiLimiter limiter, Urgency urgency, List<Urgency> order) {
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                limiter.enter(urgency);
                order.add(urgency);
                limiter.leave();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> thread.getState() == Thread.State.WAITING);
        return thread;
    }
}
