package io.kusionstack.operating.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutOfServiceTest {
    private final OutOfService meter = new OutOfService(4);

    @Test
    void remembersTheWorstMoment() {
        meter.see(pods(4, 0));
        meter.see(pods(2, 2));
        meter.see(pods(3, 1));

        assertThat(meter.most()).isEqualTo(2);
        assertThat(meter.now()).isEqualTo(1);
    }

    @Test
    void countsPodsThatDoNotExistAsOutOfService() {
        meter.see(pods(3, 0));

        assertThat(meter.most()).isEqualTo(1);
    }

    @Test
    void morePodsThanWantedMakeNothingWorse() {
        meter.see(pods(5, 1));

        assertThat(meter.most()).isZero();
    }

    private static List<SeenPod> pods(int in, int out) {
        return IntStream.range(0, in + out)
                .mapToObj(i -> new SeenPod("web-" + i, "uid-" + i, "", "", "", i < in, Set.of(), List.of(), 0))
                .toList();
    }
}
