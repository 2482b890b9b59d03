package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

/** Trees for tests, written as YAML. */
final class Json {
    private static final YAMLMapper YAML = new YAMLMapper();

    private Json() {}

    static JsonNode of(String yaml) {
        try {
            return YAML.readTree(yaml);
        } catch (JsonProcessingException wrong) {
            throw new IllegalArgumentException(yaml, wrong);
        }
    }
}
