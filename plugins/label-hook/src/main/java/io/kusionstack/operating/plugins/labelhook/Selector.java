package io.kusionstack.operating.plugins.labelhook;

import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugins.labelhook.LabelCheck.Expression;
import io.kusionstack.operating.plugins.labelhook.LabelCheck.LabelSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A checked label selector, and how Kubernetes writes it. */
record Selector(List<Requirement> requirements) {
    private static final String NAME = "[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?";
    private static final Pattern KEY = Pattern.compile("([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?" + NAME);
    private static final Pattern VALUE = Pattern.compile("(" + NAME + ")?");

    Selector {
        requirements = List.copyOf(requirements);
    }

    /** What one label has to be. */
    private record Requirement(String key, LabelCheck.Operator operator, List<String> values) {
        boolean isMetBy(Map<String, String> labels) {
            String value = labels.get(key);
            return switch (operator) {
                case In -> value != null && values.contains(value);
                case NotIn -> value == null || !values.contains(value);
                case Exists -> value != null;
                case DoesNotExist -> value == null;
            };
        }

        @Override
        public String toString() {
            return switch (operator) {
                case In -> values.size() == 1 ? key + "=" + values.getFirst() : key + " in (" + listed() + ")";
                case NotIn -> key + " notin (" + listed() + ")";
                case Exists -> key;
                case DoesNotExist -> "!" + key;
            };
        }

        private String listed() {
            return String.join(",", values.stream().sorted().toList());
        }
    }

    /**
     * @param path where the selector stands in the configuration
     * @throws InvalidConfigException with all that no label can ever be, and all that Kubernetes would refuse
     */
    static Selector of(String path, LabelSelector written) throws InvalidConfigException {
        List<Requirement> requirements = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        new TreeMap<>(written.matchLabels()).forEach((key, value) -> {
            check(path + ".matchLabels." + key, key, List.of(value), problems);
            requirements.add(new Requirement(key, LabelCheck.Operator.In, List.of(value)));
        });
        for (int i = 0; i < written.matchExpressions().size(); i++) {
            Expression expression = written.matchExpressions().get(i);
            String at = path + ".matchExpressions[" + i + "]";
            check(at + ".key", expression.key(), expression.values(), problems);
            boolean takesValues = expression.operator() == LabelCheck.Operator.In
                    || expression.operator() == LabelCheck.Operator.NotIn;
            if (takesValues && expression.values().isEmpty()) {
                problems.add(at + ".values: missing; " + expression.operator() + " takes at least one");
            }
            if (!takesValues && !expression.values().isEmpty()) {
                problems.add(at + ".values: " + expression.values() + " have no meaning, " + expression.operator()
                        + " takes none");
            }
            requirements.add(new Requirement(expression.key(), expression.operator(), expression.values()));
        }
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(problems);
        }
        return new Selector(requirements);
    }

    private static void check(String path, String key, List<String> values, List<String> problems) {
        if (!KEY.matcher(key).matches()) {
            problems.add(path + ": \"" + key + "\" is not a key of a label (wanted: at most 63 letters, digits, - _ ."
                    + " with a domain and a slash before it if you like)");
        }
        for (String value : values) {
            if (!VALUE.matcher(value).matches()) {
                problems.add(path + ": \"" + value + "\" is not a value of a label (wanted: at most 63 letters, digits,"
                        + " - _ .)");
            }
        }
    }

    boolean matches(Map<String, String> labels) {
        return requirements.stream().allMatch(requirement -> requirement.isMetBy(labels));
    }

    /** As kubectl takes it, for example {@code app=web,tier in (back,front),!canary}. */
    @Override
    public String toString() {
        return String.join(
                ",", requirements.stream().map(Requirement::toString).sorted().toList());
    }
}
