package io.kusionstack.operating.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DrawTest {
    @Test
    void choosesByWeight() {
        Map<String, Integer> weights = Map.of("a", 1, "b", 0, "c", 3);

        assertThat(Stream.of(0.0, 0.24, 0.25, 0.5, 0.99)
                        .map(chance -> Draw.by(weights, chance).orElse("nobody")))
                .containsExactly("a", "a", "c", "c", "c");
    }

    @Test
    void choosesNobodyWhereNobodyHasWeight() {
        assertThat(Draw.by(Map.of("a", 0), 0.5)).isEmpty();
        assertThat(Draw.by(Map.of(), 0.5)).isEmpty();
    }
}
