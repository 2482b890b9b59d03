package io.kusionstack.operating.host.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.kusionstack.operating.host.config.ConfigResult.InvalidConfig;
import io.kusionstack.operating.host.config.ConfigResult.Problem;
import io.kusionstack.operating.host.config.ConfigResult.ValidConfig;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The text of a configuration file: one YAML document without aliases and without a key that is given twice. */
final class ConfigText {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    /** Begins a line that quotes the text around a mistake: it may be a secret. */
    private static final String QUOTE = "    ";

    private ConfigText() {}

    /** The text as a tree; the empty text is an empty map. */
    static ConfigResult<JsonNode> read(String text) {
        try {
            Optional<String> unsupported = unsupported(text);
            if (unsupported.isPresent()) {
                return invalid(unsupported.get());
            }
            JsonNode tree = YAML.readTree(text);
            return new ValidConfig<>(tree.isMissingNode() ? JsonNodeFactory.instance.objectNode() : tree);
        } catch (JsonProcessingException e) {
            String what = e.getOriginalMessage()
                    .lines()
                    .filter(line -> !line.startsWith(QUOTE))
                    .map(String::strip)
                    .collect(Collectors.joining(" "));
            return invalid("it is not valid YAML: " + what);
        } catch (IOException e) {
            return invalid("it cannot be read: " + e.getMessage());
        }
    }

    /** What the reader of trees would pass over: what follows the first document, and that an alias stands for something else. */
    private static Optional<String> unsupported(String text) throws IOException {
        try (YAMLParser parser = YAML.getFactory().createParser(text)) {
            int documents = 0;
            while (parser.nextToken() != null) {
                if (parser.isCurrentAlias()) {
                    return Optional.of("line " + parser.currentTokenLocation().getLineNr()
                            + " has an alias (*name), which is not allowed; write the value itself");
                }
                boolean begins = parser.currentToken().isStructStart()
                        ? parser.getParsingContext().getParent().inRoot()
                        : parser.getParsingContext().inRoot()
                                && parser.currentToken().isScalarValue();
                documents += begins ? 1 : 0;
            }
            return documents > 1
                    ? Optional.of("it has " + documents + " YAML documents, and one is allowed; put all into one")
                    : Optional.empty();
        }
    }

    private static ConfigResult<JsonNode> invalid(String why) {
        return new InvalidConfig<>(List.of(new Problem("", "", why)));
    }
}
