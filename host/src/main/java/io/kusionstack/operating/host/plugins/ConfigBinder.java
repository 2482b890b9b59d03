package io.kusionstack.operating.host.plugins;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes a record of a tree and finds everything that is wrong with the tree on the way. By reflection, without a mapper:
 * what a mapper of the host learns about a class keeps the class, and so the plugin, for ever. One use, one thread; calls
 * constructors of the plugin.
 */
public final class ConfigBinder {
    private static final int SHOWN = 80;
    private static final int LONGEST = 300;
    private static final Pattern SECRET =
            Pattern.compile("secret|pass|token|credential|key|auth|cert|private", Pattern.CASE_INSENSITIVE);

    private final List<String> problems = new ArrayList<>();

    private ConfigBinder() {}

    /** @param tree a map of keys to values; nothing there counts as an empty one */
    public static <C extends Record> Bound<C> bind(JsonNode tree, Class<C> type) {
        ConfigBinder binder = new ConfigBinder();
        Optional<Record> value = binder.record("", tree, type);
        return value.isPresent() && binder.problems.isEmpty()
                ? new Bound.Fits<>(type.cast(value.get()))
                : new Bound.Wrong<>(binder.problems);
    }

    private Optional<Record> record(String path, JsonNode tree, Class<?> type) {
        if (!tree.isObject() && !isAbsent(tree)) {
            wrong(path, tree, "it has to be a map of keys to values");
            return Optional.empty();
        }
        int before = problems.size();
        RecordComponent[] components = type.getRecordComponents();
        @Nullable Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName();
            values[i] = component(pathOf(path, name), tree.path(name), components[i].getGenericType());
        }
        unknownKeys(path, tree, components);
        return problems.size() == before ? construct(path, type, values) : Optional.empty();
    }

    /** Null where a problem was found. */
    private @Nullable Object component(String path, JsonNode value, Type type) {
        if (type instanceof ParameterizedType generic) {
            if (generic.getRawType() == Optional.class) {
                Type content = generic.getActualTypeArguments()[0];
                return isAbsent(value) ? Optional.empty() : Optional.ofNullable(component(path, value, content));
            }
            return generic.getRawType() == List.class
                    ? list(path, value, generic.getActualTypeArguments()[0])
                    : map(path, value, generic.getActualTypeArguments()[1]);
        }
        Class<?> plain = (Class<?>) type;
        if (isAbsent(value)) {
            problems.add(path + ": it is missing; " + ConfigType.rule(plain));
            return null;
        }
        return plain.isRecord() ? record(path, value, plain).orElse(null) : scalar(path, value, plain);
    }

    private List<Object> list(String path, JsonNode value, Type content) {
        List<Object> items = new ArrayList<>();
        if (!value.isArray() && !isAbsent(value)) {
            wrong(path, value, "it has to be a list");
        }
        if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                Optional.ofNullable(component(path + "[" + i + "]", value.get(i), content))
                        .ifPresent(items::add);
            }
        }
        return List.copyOf(items);
    }

    private Map<String, Object> map(String path, JsonNode value, Type content) {
        Map<String, Object> entries = new LinkedHashMap<>();
        if (!value.isObject() && !isAbsent(value)) {
            wrong(path, value, "it has to be a map of keys to values");
        }
        value.properties()
                .forEach(entry -> Optional.ofNullable(
                                component(pathOf(path, entry.getKey()), entry.getValue(), content))
                        .ifPresent(item -> entries.put(entry.getKey(), item)));
        return Map.copyOf(entries);
    }

    private @Nullable Object scalar(String path, JsonNode value, Class<?> type) {
        Optional<Object> parsed = ConfigType.parse(value, type);
        if (parsed.isEmpty()) {
            wrong(path, value, ConfigType.rule(type));
        }
        return parsed.orElse(null);
    }

    private void unknownKeys(String path, JsonNode tree, RecordComponent[] components) {
        List<String> known =
                Arrays.stream(components).map(RecordComponent::getName).toList();
        tree.fieldNames().forEachRemaining(key -> {
            if (!known.contains(key)) {
                problems.add(pathOf(path, key) + ": there is no such key; "
                        + (known.isEmpty() ? "nothing can be set here" : "known here are " + String.join(", ", known)));
            }
        });
    }

    private Optional<Record> construct(String path, Class<?> type, @Nullable Object[] values) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return Optional.of((Record) constructor.newInstance(values));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException refusal) {
                problems.add((path.isEmpty() ? "all together" : path) + ": " + said(refusal));
                return Optional.empty();
            }
            throw new IllegalStateException("the constructor of " + type.getName() + " failed", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the constructor of " + type.getName() + " cannot be called", e);
        }
    }

    private static String said(RuntimeException refusal) {
        String message = refusal.getMessage();
        String said = refusal instanceof IllegalArgumentException && message != null ? message : refusal.toString();
        return said.length() > LONGEST ? said.substring(0, LONGEST) + "..." : said;
    }

    private void wrong(String path, JsonNode value, String rule) {
        problems.add((path.isEmpty() ? "all together" : path) + ": " + shown(path, value) + " is not allowed; " + rule);
    }

    /** A value is not shown where it, or something in it, may be a secret. */
    private static String shown(String path, JsonNode value) {
        String text = value.toString();
        if (SECRET.matcher(path).find()
                || value.isContainerNode() && SECRET.matcher(text).find()) {
            return "what stands there (not shown, it may be a secret)";
        }
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static String pathOf(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** All that is wrong with a type itself, as one sentence; empty for a record that can be bound. */
    public static Optional<String> unbindable(Class<?> type) {
        List<String> found = ConfigType.unbindable(type);
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(found.stream().collect(Collectors.joining("; ")) + ". Allowed are " + ConfigType.ALLOWED);
    }
}
