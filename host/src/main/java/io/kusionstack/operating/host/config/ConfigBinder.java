package io.kusionstack.operating.host.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.config.ConfigResult.Problem;
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
 * what a mapper of the host learns about a class keeps the class, and so the plugin it came from, in memory. One use, one
 * thread; calls constructors of the type.
 *
 * <pre>{@code
 * switch (ConfigBinder.bind(tree, ChangeWindow.class)) {
 *     case ConfigResult.ValidConfig<ChangeWindow>(ChangeWindow window) -> use(window);
 *     case ConfigResult.InvalidConfig<ChangeWindow> invalid -> invalid.problems().forEach(System.err::println);
 * }
 * }</pre>
 */
public final class ConfigBinder {
    private static final int SHOWN = 80;
    private static final int LONGEST = 300;
    private static final Pattern SECRET =
            Pattern.compile("secret|pass|token|credential|key|auth|cert|private", Pattern.CASE_INSENSITIVE);
    /** A token that was put under another key: a word of sixteen letters and digits, or the user and password of a URL. */
    private static final Pattern OPAQUE =
            Pattern.compile("(?<![A-Za-z\\d])(?=[A-Za-z]*\\d)(?=\\d*[A-Za-z])[A-Za-z\\d]{16,}|//[^/\\s]*@");

    private static final String MAP = "it has to be a map of keys to values";

    private final List<Problem> problems = new ArrayList<>();

    private ConfigBinder() {}

    /** @param tree a map of keys to values; nothing there counts as an empty one */
    public static <C extends Record> ConfigResult<C> bind(JsonNode tree, Class<C> type) {
        ConfigBinder binder = new ConfigBinder();
        Optional<Record> value = binder.record("", tree, type);
        return value.isPresent() && binder.problems.isEmpty()
                ? new ConfigResult.ValidConfig<>(type.cast(value.get()))
                : new ConfigResult.InvalidConfig<>(binder.problems);
    }

    private Optional<Record> record(String path, JsonNode tree, Class<?> type) {
        if (!tree.isObject() && !isAbsent(tree)) {
            wrong(path, tree, MAP);
            return Optional.empty();
        }
        int before = problems.size();
        RecordComponent[] components = type.getRecordComponents();
        @Nullable Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName();
            ConfigRule rule = ConfigRule.of(components[i]);
            JsonNode written = tree.path(name);
            values[i] = component(
                    pathOf(path, name),
                    isAbsent(written) ? rule.ofAbsent() : written,
                    components[i].getGenericType(),
                    rule);
        }
        unknownKeys(path, tree, components);
        return problems.size() == before ? construct(path, type, values) : Optional.empty();
    }

    /** Null where a problem was found. */
    private @Nullable Object component(String path, JsonNode value, Type type, ConfigRule rule) {
        if (type instanceof ParameterizedType generic) {
            Type[] contents = generic.getActualTypeArguments();
            Type content = contents[contents.length - 1];
            if (generic.getRawType() == Optional.class) {
                return isAbsent(value)
                        ? Optional.empty()
                        : Optional.ofNullable(component(path, value, content, rule.ofContent()));
            }
            return generic.getRawType() == List.class
                    ? list(path, value, content, rule)
                    : map(path, value, content, rule);
        }
        Class<?> plain = (Class<?>) type;
        if (isAbsent(value)) {
            problems.add(new Problem(path, "", "it is missing; " + rule.sentence(plain)));
            return null;
        }
        return plain.isRecord() ? record(path, value, plain).orElse(null) : scalar(path, value, plain, rule);
    }

    private List<Object> list(String path, JsonNode value, Type content, ConfigRule rule) {
        if (!value.isArray() && !isAbsent(value) || value.size() < rule.minItems()) {
            wrong(path, value, rule.sentenceOfList(content));
            return List.of();
        }
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            String where = path + "[" + i + "]";
            Object item = component(where, value.get(i), content, rule.ofContent());
            if (item == null) {
                continue;
            }
            if (rule.uniqueItems() && items.contains(item)) {
                wrong(where, value.get(i), "each may be listed only once");
            }
            items.add(item);
        }
        return List.copyOf(items);
    }

    private Map<String, Object> map(String path, JsonNode value, Type content, ConfigRule rule) {
        Map<String, Object> entries = new LinkedHashMap<>();
        if (!value.isObject() && !isAbsent(value)) {
            wrong(path, value, MAP);
        }
        value.properties()
                .forEach(entry -> Optional.ofNullable(
                                component(pathOf(path, entry.getKey()), entry.getValue(), content, rule.ofContent()))
                        .ifPresent(item -> entries.put(entry.getKey(), item)));
        return Map.copyOf(entries);
    }

    private @Nullable Object scalar(String path, JsonNode value, Class<?> type, ConfigRule rule) {
        Optional<Object> parsed = ConfigType.parse(value, type).filter(rule::allows);
        if (parsed.isEmpty()) {
            wrong(path, value, rule.sentence(type));
        }
        return parsed.orElse(null);
    }

    private void unknownKeys(String path, JsonNode tree, RecordComponent[] components) {
        List<String> known =
                Arrays.stream(components).map(RecordComponent::getName).toList();
        tree.fieldNames().forEachRemaining(key -> {
            if (!known.contains(key)) {
                problems.add(new Problem(
                        pathOf(path, key),
                        "",
                        "there is no such key; "
                                + (known.isEmpty()
                                        ? "nothing can be set here"
                                        : "known here are " + String.join(", ", known))));
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
                problems.add(new Problem(path, "", said(refusal)));
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
        problems.add(new Problem(path, shown(path, value), rule));
    }

    /** A value is not shown where it, or something in it, may be a secret. */
    private static String shown(String path, JsonNode value) {
        String text = value.toString();
        if (SECRET.matcher(path).find()
                || OPAQUE.matcher(text).find()
                || value.isContainerNode() && SECRET.matcher(text).find()) {
            return "the value (not shown, it may be a secret)";
        }
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static String pathOf(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** All that is wrong with the type of a plugin's configuration, as one sentence; empty for a record that can be bound. */
    public static Optional<String> unbindable(Class<?> type) {
        List<String> found = ConfigType.unbindable(type);
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(found.stream().collect(Collectors.joining("; ")) + ". Allowed are " + ConfigType.ALLOWED);
    }
}
