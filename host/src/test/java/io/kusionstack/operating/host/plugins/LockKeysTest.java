package io.kusionstack.operating.host.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LockKeysTest {
    private final LockKeys locks = new LockKeys();

    @Test
    void equalKeysAreTakenOneAfterTheOther() throws InterruptedException {
        Runnable free = locks.take("lb-1", Duration.ZERO).orElseThrow();
        assertThat(locks.take("lb-1", Duration.ZERO)).isEmpty();
        Optional<Runnable> other = locks.take("lb-2", Duration.ZERO);
        assertThat(other).isPresent();

        free.run();

        assertThat(locks.take("lb-1", Duration.ZERO)).isPresent();
    }

    @Test
    void anotherThreadMayFreeWhatOneTook() throws InterruptedException {
        Runnable free = locks.take("lb-1", Duration.ZERO).orElseThrow();
        Thread other = Thread.ofVirtual().start(free);
        other.join();

        assertThat(locks.take("lb-1", Duration.ZERO)).isPresent();
    }

    @Test
    void aKeyThatNobodyHoldsIsForgotten() throws InterruptedException {
        Runnable free = locks.take("lb-1", Duration.ZERO).orElseThrow();
        assertThat(locks.take("lb-1", Duration.ZERO)).isEmpty();
        assertThat(locks.size()).isEqualTo(1);

        free.run();

        assertThat(locks.size()).isZero();
    }
}
