package io.kusionstack.operating.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.host.config.ConfigBinder;
import io.kusionstack.operating.host.config.ConfigResult;
import io.kusionstack.operating.plugin.InvalidConfigException;

/** Configuration as users write it. */
final class Yaml {
    private Yaml() {}

    static JsonNode tree(String text) {
        try {
            return text.isBlank() ? JsonNodeFactory.instance.objectNode() : new YAMLMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no YAML: " + text, e);
        }
    }

    /** Bound as the host binds it. */
    static <C extends Record> C bind(String text, Class<C> type) throws InvalidConfigException {
        return switch (ConfigBinder.bind(tree(text), type)) {
            case ConfigResult.ValidConfig<C>(C value) -> value;
            case ConfigResult.InvalidConfig<C> wrong ->
                throw new InvalidConfigException(wrong.problems().stream()
                        .map(ConfigResult.Problem::toString)
                        .toList());
        };
    }
}
