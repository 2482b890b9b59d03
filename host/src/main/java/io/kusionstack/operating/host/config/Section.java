package io.kusionstack.operating.host.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One map of the file. Each method asks for a key, takes it as known, and answers with the default where the key is
 * absent or its value is wrong; {@link #end} then reports the keys nobody asked for.
 */
final class Section {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)");

    private final String path;
    private final JsonNode tree;
    private final Problems problems;
    private final Set<String> known = new LinkedHashSet<>();

    Section(String path, JsonNode tree, Problems problems) {
        this.path = path;
        this.problems = problems;
        if (!tree.isObject() && !isAbsent(tree)) {
            problems.add(path, tree.toString(), "it has to be a map of keys to values");
        }
        this.tree = tree.isObject() ? tree : JsonNodeFactory.instance.objectNode();
    }

    Section section(String key) {
        return new Section(pathOf(key), value(key), problems);
    }

    Optional<String> text(String key) {
        JsonNode value = value(key);
        if (isAbsent(value)) {
            return Optional.empty();
        }
        if (!value.isTextual() || value.asText().isBlank()) {
            problems.add(pathOf(key), value.toString(), "it has to be a text");
            return Optional.empty();
        }
        return Optional.of(value.asText());
    }

    int number(String key, int least, int most, int absent) {
        JsonNode value = value(key);
        if (isAbsent(value)) {
            return absent;
        }
        if (!value.isIntegralNumber() || value.asLong() < least || value.asLong() > most) {
            problems.add(pathOf(key), value.toString(), "it has to be a whole number from " + least + " to " + most);
            return absent;
        }
        return value.asInt();
    }

    Duration duration(String key, Duration least, Duration most, Duration absent) {
        JsonNode value = value(key);
        if (isAbsent(value)) {
            return absent;
        }
        Optional<Duration> parsed =
                parse(value.asText()).filter(time -> time.compareTo(least) >= 0 && time.compareTo(most) <= 0);
        if (parsed.isEmpty()) {
            problems.add(
                    pathOf(key),
                    value.toString(),
                    "it has to be a time such as 500ms, 2s or 1m, from " + spoken(least) + " to " + spoken(most));
        }
        return parsed.orElse(absent);
    }

    <E extends Enum<E>> E choice(String key, E[] choices, E absent) {
        JsonNode value = value(key);
        return isAbsent(value) ? absent : chosen(pathOf(key), value, choices).orElse(absent);
    }

    /** The chosen ones in the order of {@code choices}, each once. */
    <E extends Enum<E>> List<E> choices(String key, E[] choices, List<E> absent) {
        JsonNode value = value(key);
        if (isAbsent(value)) {
            return absent;
        }
        if (!value.isArray() || value.isEmpty()) {
            problems.add(pathOf(key), value.toString(), "it has to be a list with one or more of " + listed(choices));
            return absent;
        }
        Set<E> chosen = new LinkedHashSet<>();
        for (int i = 0; i < value.size(); i++) {
            chosen(pathOf(key) + "[" + i + "]", value.get(i), choices).ifPresent(chosen::add);
        }
        return Arrays.stream(choices).filter(chosen::contains).toList();
    }

    List<String> texts(String key, Predicate<String> allowed, String rule) {
        JsonNode value = value(key);
        if (isAbsent(value)) {
            return List.of();
        }
        if (!value.isArray()) {
            problems.add(pathOf(key), value.toString(), "it has to be a list");
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            JsonNode item = value.get(i);
            if (!item.isTextual() || !allowed.test(item.asText())) {
                problems.add(pathOf(key) + "[" + i + "]", item.toString(), rule);
            } else if (texts.contains(item.asText())) {
                problems.add(pathOf(key) + "[" + i + "]", item.toString(), "each may stand there only once");
            } else {
                texts.add(item.asText());
            }
        }
        return texts;
    }

    boolean truth(String key, boolean absent) {
        JsonNode value = value(key);
        if (isAbsent(value)) {
            return absent;
        }
        if (!value.isBoolean()) {
            problems.add(pathOf(key), value.toString(), "it has to be true or false");
            return absent;
        }
        return value.asBoolean();
    }

    /** A map whose keys the user chooses, of texts. */
    Map<String, String> named(String key, Predicate<String> allowed, String rule) {
        Map<String, String> texts = new LinkedHashMap<>();
        entries(key).forEach(entry -> {
            JsonNode item = entry.getValue();
            if (item.isTextual() && allowed.test(item.asText())) {
                texts.put(entry.getKey(), item.asText());
            } else {
                problems.add(pathOf(key) + "." + entry.getKey(), item.toString(), rule);
            }
        });
        return texts;
    }

    /** A map whose keys the user chooses, of maps that somebody else understands. */
    Map<String, JsonNode> trees(String key) {
        Map<String, JsonNode> trees = new LinkedHashMap<>();
        entries(key).forEach(entry -> {
            if (entry.getValue().isObject()) {
                trees.put(entry.getKey(), entry.getValue());
            } else {
                problems.add(
                        pathOf(key) + "." + entry.getKey(),
                        entry.getValue().toString(),
                        "it has to be a map of keys to values");
            }
        });
        return trees;
    }

    private Set<Map.Entry<String, JsonNode>> entries(String key) {
        JsonNode value = value(key);
        if (!value.isObject() && !isAbsent(value)) {
            problems.add(pathOf(key), value.toString(), "it has to be a map of keys to values");
        }
        return value.properties();
    }

    void end() {
        tree.properties().forEach(entry -> {
            if (!known.contains(entry.getKey())) {
                problems.add(
                        pathOf(entry.getKey()), "", "there is no such key; known here are " + String.join(", ", known));
            }
        });
    }

    private JsonNode value(String key) {
        known.add(key);
        return tree.path(key);
    }

    private <E extends Enum<E>> Optional<E> chosen(String where, JsonNode value, E[] choices) {
        Optional<E> chosen = Arrays.stream(choices)
                .filter(choice -> value.isTextual() && choice.toString().equals(value.asText()))
                .findFirst();
        if (chosen.isEmpty()) {
            problems.add(where, value.toString(), "it has to be one of " + listed(choices));
        }
        return chosen;
    }

    private String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static <E extends Enum<E>> String listed(E[] choices) {
        return Arrays.stream(choices).map(Enum::toString).collect(Collectors.joining(", "));
    }

    private static Optional<Duration> parse(String text) {
        Matcher parts = DURATION.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        long amount = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "ms" -> Optional.of(Duration.ofMillis(amount));
            case "s" -> Optional.of(Duration.ofSeconds(amount));
            case "m" -> Optional.of(Duration.ofMinutes(amount));
            default -> Optional.empty();
        };
    }

    private static String spoken(Duration time) {
        if (time.toMillisPart() != 0) {
            return time.toMillis() + "ms";
        }
        return time.toSeconds() % 60 == 0 && !time.isZero() ? time.toMinutes() + "m" : time.toSeconds() + "s";
    }
}
