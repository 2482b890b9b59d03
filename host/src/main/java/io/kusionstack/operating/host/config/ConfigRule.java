package io.kusionstack.operating.host.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.function.Function;

/** A {@link ConfigKey}, or the rule of a component without one: everything of its type. */
record ConfigRule(
        String absent, String min, String max, String pattern, String message, int minItems, boolean uniqueItems) {
    static ConfigRule of(RecordComponent component) {
        ConfigKey key = component.getAnnotation(ConfigKey.class);
        return key == null
                ? new ConfigRule("", "", "", "", "", 0, false)
                : new ConfigRule(
                        key.absent(),
                        key.min(),
                        key.max(),
                        key.pattern(),
                        key.message(),
                        key.minItems(),
                        key.uniqueItems());
    }

    /** For the items of a list, the values of a map and what is in an Optional. */
    ConfigRule ofContent() {
        return new ConfigRule("", min, max, pattern, message, 0, false);
    }

    /** The value that counts where none is written. */
    JsonNode ofAbsent() {
        try {
            return absent.isEmpty() ? MissingNode.getInstance() : new YAMLMapper().readTree(absent);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the default " + absent + " is not YAML", e);
        }
    }

    /** What is allowed, as the second half of a problem. */
    String sentence(Class<?> type) {
        return message.isEmpty() ? ConfigType.sentence(type, min, max) : message;
    }

    /** What is allowed for a list of this content, as the second half of a problem. */
    String sentenceOfList(Type content) {
        if (minItems == 0) {
            return "it has to be a list";
        }
        String items = content instanceof Class<?> type && type.isEnum() ? " of " + ConfigType.words(type) : " items";
        return "it has to be a list with at least " + minItems + items;
    }

    boolean allows(Object value) {
        return switch (value) {
            case Integer number -> isWithin(number, Integer::valueOf);
            case Duration time ->
                isWithin(time, text -> ConfigType.duration(text).orElseThrow());
            case String text -> pattern.isEmpty() || text.matches(pattern);
            default -> true;
        };
    }

    private <V extends Comparable<V>> boolean isWithin(V value, Function<String, V> read) {
        return (min.isEmpty() || value.compareTo(read.apply(min)) >= 0)
                && (max.isEmpty() || value.compareTo(read.apply(max)) <= 0);
    }
}
