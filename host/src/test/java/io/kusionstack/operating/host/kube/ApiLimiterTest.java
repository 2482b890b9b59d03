package io.kusionstack.operating.host.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
                    limiter.enter();
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

        limiter.enter();

        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(150));
    }

    @Test
    void letsTheNextInWhenOneLeaves() throws InterruptedException {
        ApiLimiter limiter = new ApiLimiter(1);
        CountDownLatch entered = new CountDownLatch(1);
        limiter.enter();
        Thread next = Thread.ofVirtual().start(() -> {
            try {
                limiter.enter();
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
}
