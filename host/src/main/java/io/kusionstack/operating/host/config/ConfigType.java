package io.kusionstack.operating.host.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The types that a configuration may be made of, and how each is written. {@code Path} and {@code JsonNode} (a map that the
 * host does not bind) are for the host's own records.
 */
final class ConfigType {
    static final String ALLOWED = "String, int, long, double, BigDecimal, boolean, enums, Duration, Instant, URI,"
            + " List, Map with String keys, Optional, and records of these";

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private ConfigType() {}

    /** What is allowed for a type, as the second half of a problem; without a bound where it is empty. */
    static String sentence(Class<?> type, String min, String max) {
        if (type.isEnum()) {
            return "it has to be one of " + words(type);
        }
        return switch (type.getName()) {
            case "java.lang.String" -> "it has to be a text";
            case "int", "java.lang.Integer" ->
                "it has to be a whole number from " + (min.isEmpty() ? Integer.MIN_VALUE : min) + " to "
                        + (max.isEmpty() ? Integer.MAX_VALUE : max);
            case "long", "java.lang.Long" -> "it has to be a whole number";
            case "double", "java.lang.Double", "java.math.BigDecimal" -> "it has to be a number";
            case "boolean", "java.lang.Boolean" -> "it has to be true or false";
            case "java.time.Duration" ->
                min.isEmpty()
                        ? "it has to be a time such as 500ms, 30s, 5m, 1h or PT1H30M"
                        : "it has to be a time from " + min + " to " + max + ", with the unit ms, s, m, h or d";
            case "java.time.Instant" -> "it has to be a moment such as 2026-01-31T08:00:00Z";
            case "java.net.URI" -> "it has to be an address such as https://example.com/path";
            case "java.nio.file.Path" -> "it has to be the path of a file or folder";
            default -> "it has to be a map of keys to values";
        };
    }

    /** The constants of an enum as users write them. */
    static String words(Class<?> type) {
        return Arrays.stream(type.getEnumConstants()).map(Object::toString).collect(Collectors.joining(", "));
    }

    /** Empty where the value is of another type. */
    static Optional<Object> parse(JsonNode value, Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(Object.class::cast)
                    .filter(constant -> value.isTextual() && constant.toString().equals(value.textValue()))
                    .findFirst();
        }
        return switch (type.getName()) {
            case "java.lang.String" -> text(value).map(text -> text);
            case "int", "java.lang.Integer" ->
                when(value.isIntegralNumber() && value.canConvertToInt(), value.intValue());
            case "long", "java.lang.Long" ->
                when(value.isIntegralNumber() && value.canConvertToLong(), value.longValue());
            case "double", "java.lang.Double" -> when(value.isNumber(), value.doubleValue());
            case "java.math.BigDecimal" -> when(value.isNumber(), value.decimalValue());
            case "boolean", "java.lang.Boolean" -> when(value.isBoolean(), value.booleanValue());
            case "java.time.Duration" ->
                text(value).flatMap(ConfigType::duration).map(time -> time);
            case "java.time.Instant" -> text(value).flatMap(ConfigType::instant);
            case "java.net.URI" -> text(value).flatMap(ConfigType::uri);
            case "java.nio.file.Path" -> text(value).flatMap(ConfigType::path);
            case "com.fasterxml.jackson.databind.JsonNode" -> when(value.isObject(), value);
            default -> Optional.empty();
        };
    }

    private static Optional<String> text(JsonNode value) {
        return value.isTextual() ? Optional.of(value.textValue()) : Optional.empty();
    }

    private static Optional<Object> when(boolean fits, Object value) {
        return fits ? Optional.of(value) : Optional.empty();
    }

    /** Empty where the text is no time. */
    static Optional<Duration> duration(String text) {
        Matcher parts = DURATION.matcher(text);
        try {
            if (!parts.matches()) {
                return Optional.of(Duration.parse(text));
            }
            long amount = Long.parseLong(parts.group(1));
            return Optional.of(
                    switch (parts.group(2)) {
                        case "ms" -> Duration.ofMillis(amount);
                        case "s" -> Duration.ofSeconds(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        case "h" -> Duration.ofHours(amount);
                        default -> Duration.ofDays(amount);
                    });
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<Object> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<Object> path(String text) {
        try {
            return text.isBlank() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static Optional<Object> uri(String text) {
        try {
            return Optional.of(new URI(text));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** One sentence for each component of a plugin's record, however deep, that no configuration can be bound to. */
    static List<String> unbindable(Class<?> type) {
        if (!type.isRecord()) {
            return List.of(type.getName() + " is not a record");
        }
        List<String> found = new ArrayList<>();
        look(type, new HashSet<>(), found);
        return List.copyOf(found);
    }

    private static void look(Class<?> type, Set<Class<?>> seen, List<String> found) {
        if (!seen.add(type)) {
            return;
        }
        for (RecordComponent component : type.getRecordComponents()) {
            look(type.getSimpleName() + "." + component.getName(), component.getGenericType(), seen, found);
        }
    }

    private static void look(String where, Type type, Set<Class<?>> seen, List<String> found) {
        if (type instanceof Class<?> plain && plain.isRecord()) {
            look(plain, seen, found);
        } else if (type instanceof Class<?> plain && isScalar(plain)) {
            return;
        } else if (type instanceof ParameterizedType generic && isContainer(generic)) {
            Type[] contents = generic.getActualTypeArguments();
            look(where, contents[contents.length - 1], seen, found);
        } else {
            found.add(where + " is of type " + type.getTypeName());
        }
    }

    private static boolean isScalar(Class<?> type) {
        return type.isEnum()
                || Set.of(int.class, long.class, double.class, boolean.class).contains(type)
                || Set.of(Integer.class, Long.class, Double.class, Boolean.class)
                        .contains(type)
                || Set.of(String.class, BigDecimal.class, Duration.class, Instant.class, URI.class)
                        .contains(type);
    }

    private static boolean isContainer(ParameterizedType type) {
        return type.getRawType() == Optional.class
                || type.getRawType() == List.class
                || type.getRawType() == Map.class && type.getActualTypeArguments()[0] == String.class;
    }
}
