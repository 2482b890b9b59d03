package io.kusionstack.operating.house;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** One place that breaks a rule: where, what stands there, and what to do about it. */
record Finding(String place, String broken, String remedy) implements Comparable<Finding> {

    @Override
    public int compareTo(Finding other) {
        return Comparator.comparing(Finding::place)
                .thenComparing(Finding::broken)
                .compare(this, other);
    }

    @Override
    public String toString() {
        return place + ": " + broken + ". " + remedy;
    }

    /** All findings of one rule as one message, a line each, in the order of their places. */
    static String report(List<Finding> findings) {
        return findings.stream().sorted().distinct().map(Finding::toString).collect(Collectors.joining("\n"));
    }
}
