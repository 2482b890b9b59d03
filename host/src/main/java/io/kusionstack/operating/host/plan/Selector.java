package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.host.model.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A Kubernetes label selector as a value: equal if it has the same requirements, in any order and form.
 *
 * <pre>{@code
 * Selector web = Selector.parse("spec.selector", Map.of("app", "web"), List.of()).selector().orElseThrow();
 * web.matches(Map.of("app", "web", "tier", "front")); // true
 * Selector.ofText("").orElseThrow().matches(Map.of()); // true
 * }</pre>
 *
 * @param requirements all have to hold; none selects everything
 */
public record Selector(SortedSet<Requirement> requirements) {
    /** A comma that is not between parentheses. */
    private static final Pattern BETWEEN = Pattern.compile(",(?![^(]*\\))");
    /** One requirement as text: {@code key=value}, {@code key in (a,b)}, {@code key notin (a)}, {@code key} or {@code !key}. */
    private static final Pattern WRITTEN = Pattern.compile(
            "(?<not>!?)(?<key>[^!=() ]+)(?:=(?<value>[^=() ]*)| (?<in>in|notin) \\((?<values>[^()]*)\\))?");

    public Selector {
        requirements = Collections.unmodifiableSortedSet(new TreeSet<>(requirements));
    }

    /**
     * The selector that a user wrote, or everything that is wrong with it.
     *
     * @param path of the selector in the object, for the problems; for example {@code spec.selector}
     * @param expressions {@code matchExpressions} in the order of the object
     */
    public static Parsed parse(String path, Map<String, String> matchLabels, List<Expression> expressions) {
        List<String> problems = new ArrayList<>();
        SortedSet<Requirement> requirements = new TreeSet<>();
        for (Map.Entry<String, String> label : matchLabels.entrySet()) {
            String at = path + ".matchLabels[" + label.getKey() + "]";
            problems.addAll(LabelSyntax.key(at, label.getKey()));
            problems.addAll(LabelSyntax.value(at, label.getValue()));
            requirements.add(Requirement.equal(label.getKey(), label.getValue()));
        }
        for (int i = 0; i < expressions.size(); i++) {
            expressions
                    .get(i)
                    .check(path + ".matchExpressions[" + i + "]", problems)
                    .ifPresent(requirements::add);
        }
        return problems.isEmpty()
                ? new Parsed(Optional.of(new Selector(requirements)), List.of())
                : new Parsed(Optional.empty(), problems);
    }

    /** The selector of the text that {@link #toString} gives; empty if it is none. */
    public static Optional<Selector> ofText(String text) {
        List<Expression> expressions = new ArrayList<>();
        for (String part : text.isEmpty() ? List.<String>of() : List.of(BETWEEN.split(text, -1))) {
            Matcher written = WRITTEN.matcher(part);
            if (!written.matches()) {
                return Optional.empty();
            }
            expressions.add(expression(written));
        }
        return parse("", Map.of(), expressions).selector();
    }

    private static Expression expression(Matcher written) {
        String key = written.group("key");
        if (written.group("value") != null) {
            return new Expression(key, Operator.IN.word, List.of(written.group("value")));
        }
        if (written.group("values") != null) {
            Operator operator = written.group("in").equals("in") ? Operator.IN : Operator.NOT_IN;
            return new Expression(
                    key, operator.word, List.of(written.group("values").split(",", -1)));
        }
        Operator operator = written.group("not").isEmpty() ? Operator.EXISTS : Operator.DOES_NOT_EXIST;
        return new Expression(key, operator.word, List.of());
    }

    /** True if an object with these labels is selected. */
    public boolean matches(Map<String, String> labels) {
        for (Requirement requirement : requirements) {
            if (!requirement.holds(labels)) {
                return false;
            }
        }
        return true;
    }

    /** As kubectl writes it: {@code app=web,tier in (a,b),!canary}; empty for everything. */
    @Override
    public String toString() {
        return requirements.stream().map(Requirement::toString).collect(Collectors.joining(","));
    }

    /** @param selector empty exactly when there are problems, so that a broken selector never selects everything */
    public record Parsed(Optional<Selector> selector, List<String> problems) {
        public Parsed {
            problems = List.copyOf(problems);
            if (selector.isPresent() != problems.isEmpty()) {
                throw new IllegalArgumentException("a selector without problems, or problems: " + problems);
            }
        }
    }

    /** One entry of {@code matchExpressions} as the user wrote it, unchecked. */
    public record Expression(String key, String operator, List<String> values) {
        public Expression {
            values = List.copyOf(values);
        }

        private Optional<Requirement> check(String path, List<String> problems) {
            int before = problems.size();
            problems.addAll(LabelSyntax.key(path + ".key", key));
            for (String value : values) {
                problems.addAll(LabelSyntax.value(path + ".values", value));
            }
            Optional<Operator> known = Operator.of(operator);
            if (known.isEmpty()) {
                problems.add(path + ".operator: \"" + operator + "\" is none of " + Operator.words());
                return Optional.empty();
            }
            if (known.get().wantsValues() && values.isEmpty()) {
                problems.add(path + ".values: " + operator + " needs at least one value");
            }
            if (!known.get().wantsValues() && !values.isEmpty()) {
                problems.add(path + ".values: " + operator + " takes no values");
            }
            return problems.size() == before
                    ? Optional.of(new Requirement(key, known.get(), new TreeSet<>(values)))
                    : Optional.empty();
        }
    }

    /** @param values empty for {@link Operator#EXISTS} and {@link Operator#DOES_NOT_EXIST} */
    public record Requirement(String key, Operator operator, SortedSet<String> values)
            implements Comparable<Requirement> {
        private static final Comparator<Requirement> ORDER = Comparator.comparing(Requirement::key)
                .thenComparing(Requirement::operator)
                .thenComparing(requirement -> String.join("\n", requirement.values()));

        public Requirement {
            values = Collections.unmodifiableSortedSet(new TreeSet<>(values));
            if (operator.wantsValues() == values.isEmpty()) {
                throw new IllegalArgumentException(key + " " + operator.word + " " + values);
            }
        }

        static Requirement equal(String key, String value) {
            return new Requirement(key, Operator.IN, new TreeSet<>(Set.of(value)));
        }

        /** An object without the key satisfies {@code NotIn}, as in Kubernetes. */
        boolean holds(Map<String, String> labels) {
            String value = labels.get(key);
            return switch (operator) {
                case IN -> value != null && values.contains(value);
                case NOT_IN -> value == null || !values.contains(value);
                case EXISTS -> value != null;
                case DOES_NOT_EXIST -> value == null;
            };
        }

        @Override
        public int compareTo(Requirement other) {
            return ORDER.compare(this, other);
        }

        @Override
        public String toString() {
            return switch (operator) {
                case IN ->
                    values.size() == 1 ? key + "=" + values.first() : key + " in (" + String.join(",", values) + ")";
                case NOT_IN -> key + " notin (" + String.join(",", values) + ")";
                case EXISTS -> key;
                case DOES_NOT_EXIST -> "!" + key;
            };
        }
    }

    /** How a label is compared. */
    public enum Operator {
        IN("In"),
        NOT_IN("NotIn"),
        EXISTS("Exists"),
        DOES_NOT_EXIST("DoesNotExist");

        private final String word;

        Operator(String word) {
            this.word = word;
        }

        boolean wantsValues() {
            return this == IN || this == NOT_IN;
        }

        static Optional<Operator> of(String word) {
            return Arrays.stream(values())
                    .filter(operator -> operator.word.equals(word))
                    .findFirst();
        }

        static String words() {
            return Arrays.stream(values()).map(operator -> operator.word).collect(Collectors.joining(", "));
        }
    }

    /** The syntax of labels in Kubernetes. */
    private static final class LabelSyntax {
        private static final int LONGEST_NAME = 63;
        private static final int LONGEST_PREFIX = 253;
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");
        private static final Pattern PREFIX = Pattern.compile(Names.SUBDOMAIN);

        static List<String> key(String path, String key) {
            int slash = key.indexOf('/');
            boolean prefixed = slash < 0
                    || (slash <= LONGEST_PREFIX
                            && PREFIX.matcher(key.substring(0, slash)).matches());
            return prefixed && isName(key.substring(slash + 1))
                    ? List.of()
                    : List.of(
                            path + ": \"" + key
                                    + "\" is not a label key (wanted: [prefix/]name, the name of at most 63 letters, digits, -, _ or .)");
        }

        static List<String> value(String path, String value) {
            return value.isEmpty() || isName(value)
                    ? List.of()
                    : List.of(path + ": \"" + value
                            + "\" is not a label value (wanted: at most 63 letters, digits, -, _ or .)");
        }

        private static boolean isName(String text) {
            return text.length() <= LONGEST_NAME && NAME.matcher(text).matches();
        }
    }
}
