package io.kusionstack.operating.host.rules.spec;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of Pods, or a percentage of them, as users write it: {@code 3} or {@code "20%"}. */
public record Quota(int value, boolean percent) {
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3})%");
    private static final String WANTED = " (wanted: a number of Pods such as 3, or a percentage such as \"20%\")";

    /** The quota, or a problem added to {@code problems}. */
    static Optional<Quota> number(String path, int number, List<String> problems) {
        if (number < 0) {
            problems.add(path + ": " + number + " is negative" + WANTED);
            return Optional.empty();
        }
        return Optional.of(new Quota(number, false));
    }

    /** The quota, or a problem added to {@code problems}. */
    static Optional<Quota> text(String path, String text, List<String> problems) {
        Matcher percent = PERCENT.matcher(text);
        if (!percent.matches()) {
            problems.add(path + ": \"" + text + "\" is not a percentage" + WANTED);
            return Optional.empty();
        }
        int value = Integer.parseInt(percent.group(1));
        if (value > 100) {
            problems.add(path + ": \"" + text + "\" is more than 100%" + WANTED);
            return Optional.empty();
        }
        return Optional.of(new Quota(value, true));
    }

    /** True for none at all, of however many Pods. */
    public boolean isZero() {
        return value == 0;
    }

    /** How many Pods that is, a part of one rounded up. */
    public int roundedUp(int pods) {
        return percent ? Math.toIntExact(Math.ceilDiv((long) value * pods, 100L)) : value;
    }

    /** How many Pods that is, a part of one rounded down. */
    public int roundedDown(int pods) {
        return percent ? Math.toIntExact(Math.floorDiv((long) value * pods, 100L)) : value;
    }

    @Override
    public String toString() {
        return percent ? value + "%" : Integer.toString(value);
    }
}
