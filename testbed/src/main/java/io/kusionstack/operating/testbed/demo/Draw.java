package io.kusionstack.operating.testbed.demo;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Chooses one of several by their weights. */
final class Draw {
    private Draw() {}

    /**
     * The one on which the chance falls; empty where all weights are 0. Equal arguments give equal answers.
     *
     * @param chance from 0 to 1, 1 excluded
     */
    static Optional<String> by(Map<String, Integer> weights, double chance) {
        SortedMap<String, Integer> ordered = new TreeMap<>(weights);
        int all = ordered.values().stream().mapToInt(Integer::intValue).sum();
        double left = chance * all;
        for (Map.Entry<String, Integer> one : ordered.entrySet()) {
            left -= one.getValue();
            if (left < 0) {
                return Optional.of(one.getKey());
            }
        }
        return Optional.empty();
    }
}
