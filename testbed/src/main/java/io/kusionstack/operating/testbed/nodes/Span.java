package io.kusionstack.operating.testbed.nodes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of time, counted from when a node learns of it, as users write it: {@code 5s..9s}, {@code 0s..200ms}, or
 * {@code 2s..} for one without end.
 *
 * @param until null if it does not end
 */
record Span(Duration from, @Nullable Duration until) {
    private static final String AMOUNT = "(\\d+(?:\\.\\d+)?)(ms|s|m)";
    private static final Pattern SPAN = Pattern.compile(AMOUNT + "\\.\\.(?:" + AMOUNT + ")?");

    /**
     * Several, separated by commas.
     *
     * @throws IllegalArgumentException where the text says something else
     */
    static List<Span> parseAll(String text) {
        List<Span> spans = new ArrayList<>();
        for (String part : text.split(",")) {
            if (!part.isBlank()) {
                spans.add(parse(part.strip()));
            }
        }
        return List.copyOf(spans);
    }

    /** What is wrong with the text, empty if it can be parsed. */
    static Optional<String> problem(String text) {
        try {
            parseAll(text);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static Span parse(String text) {
        Matcher span = SPAN.matcher(text);
        if (!span.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a span of time; write from..until, such as 5s..9s, 0s..200ms or 2s..");
        }
        Duration from = duration(span.group(1), span.group(2));
        Duration until = span.group(3) == null ? null : duration(span.group(3), span.group(4));
        if (until != null && until.compareTo(from) <= 0) {
            throw new IllegalArgumentException("\"" + text + "\" ends before it begins");
        }
        return new Span(from, until);
    }

    private static Duration duration(String amount, String unit) {
        double millis = switch (unit) {
            case "ms" -> 1;
            case "s" -> 1_000;
            default -> 60_000;
        };
        return Duration.ofMillis(Math.round(Double.parseDouble(amount) * millis));
    }
}
