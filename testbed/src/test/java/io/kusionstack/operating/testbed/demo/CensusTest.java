package io.kusionstack.operating.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CensusTest {
    private static final String IMAGE = "registry.example/web:v2";

    private final Census census = new Census();

    @Test
    void countsPodsInServiceAndThoseThatServeAnImage() {
        census.enter(pod(true, Set.of()));
        census.enter(pod(true, Set.of("operating.podopslifecycle.kusionstack.io/collaset")));
        census.enter(pod(false, Set.of()));

        assertThat(census.inService()).isEqualTo(2);
        assertThat(census.serving(IMAGE)).isEqualTo(1);
    }

    @Test
    void forgetsAPodAsItEntered() {
        SeenPod pod = pod(true, Set.of());
        census.enter(pod);
        census.leave(pod);
        census.leave(null);

        assertThat(census.inService()).isZero();
        assertThat(census.serving(IMAGE)).isZero();
    }

    @Test
    void knowsNoPodOfAnImageThatNobodyServes() {
        census.enter(pod(true, Set.of()));

        assertThat(census.serving("registry.example/web:v3")).isZero();
    }

    private static SeenPod pod(boolean inService, Set<String> operations) {
        return new SeenPod("web", "uid", "", IMAGE, IMAGE, inService, operations, List.of(), 0);
    }
}
