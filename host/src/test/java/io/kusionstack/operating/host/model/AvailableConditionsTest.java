package io.kusionstack.operating.host.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AvailableConditionsTest {
    private static final AvailableConditions TWO = new AvailableConditions(
            new TreeMap<>(Map.of("Service/shop/web", "prot/web", "Service/shop/api", "prot/api")));

    @Test
    void readsWhatItWrites() {
        assertThat(AvailableConditions.parse(TWO.json())).contains(TWO);
    }

    @Test
    void expectsNothingWithoutTheMember() {
        assertThat(AvailableConditions.parse("{}")).contains(AvailableConditions.none());
        assertThat(AvailableConditions.parse("{\"expectedFinalizers\":null}")).contains(AvailableConditions.none());
    }

    @Test
    void tellsWhichFinalizersAreMissing() {
        assertThat(TWO.missing(List.of("prot/web", "other"))).isEqualTo(Map.of("Service/shop/api", "prot/api"));
        assertThat(TWO.without(Set.of("Service/shop/api")).missing(List.of("prot/web")))
                .isEmpty();
    }

    @Test
    void refusesWhatHasAnotherShape() {
        assertThat(List.of("", "no", "[]", "{\"expectedFinalizers\":[]}", "{\"expectedFinalizers\":{\"a\":1}}"))
                .allMatch(text -> AvailableConditions.parse(text).isEmpty());
    }
}
