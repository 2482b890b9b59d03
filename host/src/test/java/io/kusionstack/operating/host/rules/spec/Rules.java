package io.kusionstack.operating.host.rules.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.world.Pods;
import java.util.ArrayList;
import java.util.List;

/** Writes PodTransitionRules for tests, as a user would. */
public final class Rules {
    public static final String ALL = "{}";

    private static final YAMLMapper YAML = new YAMLMapper();

    private Rules() {}

    /** A rule with one availablePolicy, named {@code slots}; uid {@code rule-NAME}, generation 1. */
    public static PodTransitionRule available(String name, String selector, String policy) {
        return rule(name, 1, "{selector: " + selector + ", rules: [{name: slots, availablePolicy: {" + policy + "}}]}");
    }

    public static PodTransitionRule maxUnavailable(String name, Object value) {
        return available(name, ALL, "maxUnavailableValue: " + value);
    }

    /** @param spec in YAML */
    public static PodTransitionRule rule(String name, long generation, String spec) {
        String yaml = """
                metadata: {name: %s, namespace: %s, uid: rule-%s, generation: %d, resourceVersion: "7"}
                spec: %s
                """.formatted(name, Pods.NAMESPACE, name, generation, spec);
        try {
            return YAML.readValue(yaml, PodTransitionRule.class);
        } catch (JsonProcessingException unreadable) {
            throw new IllegalArgumentException(yaml, unreadable);
        }
    }

    /** So many states as the digits of a number: all numbers give all worlds. */
    public static <T> List<T> states(T[] values, int code, int count) {
        List<T> states = new ArrayList<>();
        int rest = code;
        for (int i = 0; i < count; i++) {
            states.add(values[rest % values.length]);
            rest /= values.length;
        }
        return states;
    }
}
