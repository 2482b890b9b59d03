package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WriteLanesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final WriteLanes lanes = new WriteLanes();

    @AfterEach
    void close() {
        lanes.close(PATIENCE);
    }

    @Test
    void aLaneThatHasWorkTakesNoneThatIsForAnIdleOne() {
        CountDownLatch held = new CountDownLatch(1);
        CompletableFuture<Void> first = new CompletableFuture<>();

        assertThat(lanes.submitIfIdle("a", () -> {
                    await(held);
                    first.complete(null);
                }))
                .isTrue();
        assertThat(lanes.submitIfIdle("a", () -> {})).isFalse();
        assertThat(lanes.submitIfIdle("b", () -> {})).isTrue();
        held.countDown();

        first.join();
        CompletableFuture<Void> after = lanes.submit("a", () -> {});
        assertThat(after).succeedsWithin(PATIENCE);
    }

    @Test
    void runsTheWorkOfOneLaneInOrderAndOneAtATime() {
        List<Integer> order = new ArrayList<>();
        AtomicInteger together = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch held = new CountDownLatch(1);
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            int number = i;
            done.add(lanes.submit("a", () -> {
                most.accumulateAndGet(together.incrementAndGet(), Math::max);
                if (number == 0) {
                    await(held);
                }
                order.add(number);
                together.decrementAndGet();
            }));
        }
        held.countDown();
        done.forEach(CompletableFuture::join);

        assertThat(order).hasSize(1_000).isSorted();
        assertThat(most).hasValue(1);
    }

    @Test
    void letsOneLaneGoOnWhileAnotherIsHeldUp() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CompletableFuture<Void> slow = lanes.submit("a", () -> await(held));
        lanes.submit("b", () -> {}).join();
        assertThat(slow).isNotDone();
        held.countDown();
        slow.join();
    }

    @Test
    void goesOnAfterWorkThatBroke() {
        List<String> ran = new ArrayList<>();
        CompletableFuture<Void> broken = lanes.submit("a", () -> {
            throw new IllegalStateException("as wanted");
        });
        lanes.submit("a", () -> ran.add("next")).join();
        assertThat(broken).isCompletedExceptionally();

        assertThat(ran).containsExactly("next");
    }

    @Test
    void keepsNothingOfALaneWithoutWork() {
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            done.add(lanes.submit("pod-" + i, () -> {}));
        }
        done.forEach(CompletableFuture::join);
        lanes.close(PATIENCE);

        assertThat(lanes.busy()).isZero();
    }

    @Test
    void takesNothingMoreWhenItIsClosed() {
        List<String> ran = new ArrayList<>();
        lanes.close(PATIENCE);

        CompletableFuture<Void> late = lanes.submit("a", () -> ran.add("late"));

        assertThat(late).isCompletedExceptionally();
        assertThat(ran).isEmpty();
        assertThat(lanes.busy()).isZero();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
