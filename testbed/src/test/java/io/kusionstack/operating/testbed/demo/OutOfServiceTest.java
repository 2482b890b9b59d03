package io.kusionstack.operating.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutOfServiceTest {
    private final OutOfService meter = new OutOfService(4);

    @Test
    void remembersTheWorstMoment() {
        meter.see(4);
        meter.see(2);
        meter.see(3);

        assertThat(meter.most()).isEqualTo(2);
        assertThat(meter.now()).isEqualTo(1);
    }

    @Test
    void countsPodsThatDoNotExistAsOutOfService() {
        meter.see(3);

        assertThat(meter.most()).isEqualTo(1);
    }

    @Test
    void morePodsThanWantedMakeNothingWorse() {
        meter.see(5);

        assertThat(meter.most()).isZero();
    }
}
