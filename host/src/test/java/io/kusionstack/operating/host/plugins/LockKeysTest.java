package io.kusionstack.operating.host.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class LockKeysTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final LockKeys locks = new LockKeys(new LockKeys.Bounds(8, 8, LONG));

    @Test
    void equalKeysAreTakenOneAfterTheOther() {
        Runnable free = taken(locks.take("lb-1"));
        assertThat(locks.take("lb-1")).isInstanceOf(LockKeys.KeyTurn.KeyBusy.class);
        assertThat(locks.take("lb-2")).isInstanceOf(LockKeys.KeyTurn.KeyTaken.class);

        free.run();

        assertThat(locks.take("lb-1")).isInstanceOf(LockKeys.KeyTurn.KeyTaken.class);
    }

    @Test
    void anotherThreadMayFreeWhatOneTook() throws InterruptedException {
        Thread other = Thread.ofVirtual().start(taken(locks.take("lb-1")));
        other.join();

        assertThat(locks.take("lb-1")).isInstanceOf(LockKeys.KeyTurn.KeyTaken.class);
    }

    @Test
    void aKeyThatNobodyHoldsIsForgotten() {
        Runnable free = taken(locks.take("lb-1"));
        assertThat(locks.take("lb-1")).isInstanceOf(LockKeys.KeyTurn.KeyBusy.class);
        assertThat(locks.size()).isEqualTo(1);

        free.run();

        assertThat(locks.size()).isZero();
    }

    @Test
    void whoWaitsInLineIsServedInTheOrderOfComing() throws Exception {
        Runnable free = taken(locks.take("lb-1"));
        List<Integer> served = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> waiting = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                int number = i;
                waiting.add(threads.submit(() -> {
                    Runnable after = taken(locks.take("lb-1", LONG));
                    served.add(number);
                    after.run();
                }));
                while (locks.waiting() <= i) {
                    Thread.onSpinWait();
                }
            }

            free.run();

            for (Future<?> one : waiting) {
                one.get();
            }
        }
        assertThat(served).containsExactly(0, 1, 2, 3, 4);
        assertThat(locks.size()).isZero();
    }

    @Test
    void whoWouldWaitForACallThatHangsIsSentAwayAtOnce() {
        LockKeys impatient = new LockKeys(new LockKeys.Bounds(8, 8, Duration.ZERO));
        taken(impatient.take("lb-1"));

        assertThat(impatient.take("lb-1", LONG)).isInstanceOf(LockKeys.KeyTurn.KeyBusy.class);
    }

    @Test
    void onlySoManyWaitForOneKeyAndForAll() throws Exception {
        LockKeys narrow = new LockKeys(new LockKeys.Bounds(1, 2, LONG));
        List<Runnable> holders =
                List.of(taken(narrow.take("lb-1")), taken(narrow.take("lb-2")), taken(narrow.take("lb-3")));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<LockKeys.KeyTurn> one = threads.submit(() -> narrow.take("lb-1", LONG));
            while (narrow.waiting() < 1) {
                Thread.onSpinWait();
            }
            assertThat(narrow.take("lb-1", LONG)).isInstanceOf(LockKeys.KeyTurn.KeyBusy.class);
            Future<LockKeys.KeyTurn> two = threads.submit(() -> narrow.take("lb-2", LONG));
            while (narrow.waiting() < 2) {
                Thread.onSpinWait();
            }
            assertThat(narrow.take("lb-3", LONG)).isInstanceOf(LockKeys.KeyTurn.KeyBusy.class);

            holders.forEach(Runnable::run);

            assertThat(one.get()).isInstanceOf(LockKeys.KeyTurn.KeyTaken.class);
            assertThat(two.get()).isInstanceOf(LockKeys.KeyTurn.KeyTaken.class);
        }
    }

    private static Runnable taken(LockKeys.KeyTurn turn) {
        assertThat(turn).isInstanceOf(LockKeys.KeyTurn.KeyTaken.class);
        return ((LockKeys.KeyTurn.KeyTaken) turn).free();
    }
}
