package io.kusionstack.operating.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A share of the Pods, as a PodTransitionRule has it: {@code 10%}. */
record Percentage(int value) {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,3})%");

    Percentage {
        if (value < 1 || value > 100) {
            throw new IllegalArgumentException(value + "% is not between 1% and 100%");
        }
    }

    static Percentage parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a percentage such as 10%");
        }
        return new Percentage(Integer.parseInt(parts.group(1)));
    }

    /** Rounded up, as a rule rounds {@code maxUnavailableValue}. */
    int of(int pods) {
        return Math.toIntExact(Math.ceilDiv((long) value * pods, 100));
    }

    @Override
    public String toString() {
        return value + "%";
    }
}
