package io.kusionstack.operating.host.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.host.config.ConfigResult.InvalidConfig;
import io.kusionstack.operating.host.config.ConfigResult.Problem;
import io.kusionstack.operating.host.config.ConfigResult.ValidConfig;
import java.io.IOException;
import java.util.List;

/**
 * The text of a configuration file: one YAML document without aliases, anchors and tags, and without a key that is given twice.
 * No problem quotes the text: it may be a secret.
 */
final class ConfigText {
    private static final YAMLMapper YAML = new YAMLMapper();

    private ConfigText() {}

    /** The text as a tree; the empty text is an empty map. */
    static ConfigResult<JsonNode> read(String text) {
        List<String> mistakes = ConfigSyntax.mistakes(text);
        if (!mistakes.isEmpty()) {
            return invalid(mistakes);
        }
        try {
            JsonNode tree = YAML.readTree(text);
            return new ValidConfig<>(tree.isMissingNode() ? JsonNodeFactory.instance.objectNode() : tree);
        } catch (IOException e) {
            return invalid(List.of(ConfigSyntax.UNREADABLE));
        }
    }

    private static ConfigResult<JsonNode> invalid(List<String> mistakes) {
        return new InvalidConfig<>(
                mistakes.stream().map(why -> new Problem("", "", why)).toList());
    }
}
