package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** JSON as Go's encoder writes a map: keys sorted by their bytes, no blanks, and its own choice of escapes. */
final class GoJson {
    private static final Comparator<Map.Entry<String, JsonNode>> BY_BYTES =
            (one, other) -> Arrays.compareUnsigned(bytes(one.getKey()), bytes(other.getKey()));

    private GoJson() {}

    static String text(JsonNode node) {
        StringBuilder out = new StringBuilder();
        write(node, out);
        return out.toString();
    }

    /** The same tree with all keys in order. */
    static JsonNode sorted(JsonNode node) {
        if (node instanceof ArrayNode array) {
            ArrayNode result = JsonNodeFactory.instance.arrayNode();
            array.forEach(item -> result.add(sorted(item)));
            return result;
        }
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        ordered(object).forEach(entry -> result.set(entry.getKey(), sorted(entry.getValue())));
        return result;
    }

    private static void write(JsonNode node, StringBuilder out) {
        if (node instanceof ObjectNode object) {
            String separator = "{";
            for (Map.Entry<String, JsonNode> entry : ordered(object)) {
                out.append(separator);
                quote(entry.getKey(), out);
                out.append(':');
                write(entry.getValue(), out);
                separator = ",";
            }
            out.append(object.isEmpty() ? "{}" : "}");
            return;
        }
        if (node instanceof ArrayNode array) {
            String separator = "[";
            for (JsonNode item : array) {
                out.append(separator);
                write(item, out);
                separator = ",";
            }
            out.append(array.isEmpty() ? "[]" : "]");
            return;
        }
        if (node.isTextual()) {
            quote(node.textValue(), out);
            return;
        }
        out.append(node.asText());
    }

    private static List<Map.Entry<String, JsonNode>> ordered(ObjectNode object) {
        return object.properties().stream().sorted(BY_BYTES).toList();
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    boolean escaped = c < ' ' || c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029';
                    out.append(escaped ? "\\u%04x".formatted((int) c) : String.valueOf(c));
                }
            }
        }
        out.append('"');
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
