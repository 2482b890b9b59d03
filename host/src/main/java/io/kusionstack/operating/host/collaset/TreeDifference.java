package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.TreeSet;

/** The path of the first field, in the order of the alphabet, that two trees have not in common; without its values, which may be secret. */
final class TreeDifference {
    private TreeDifference() {}

    /** An item of a list is named by its name, if it has one. */
    static String first(JsonNode before, JsonNode after) {
        return first("", before, after);
    }

    private static String first(String path, JsonNode before, JsonNode after) {
        if (before.isObject() && after.isObject()) {
            TreeSet<String> fields = new TreeSet<>();
            before.fieldNames().forEachRemaining(fields::add);
            after.fieldNames().forEachRemaining(fields::add);
            for (String field : fields) {
                if (!before.path(field).equals(after.path(field))) {
                    String child = path.isEmpty() ? field : path + "." + field;
                    return first(child, before.path(field), after.path(field));
                }
            }
        }
        if (before.isArray() && after.isArray() && before.size() == after.size()) {
            for (int i = 0; i < before.size(); i++) {
                if (!before.get(i).equals(after.get(i))) {
                    String item = path + "[" + item(before.get(i), after.get(i), i) + "]";
                    return first(item, before.get(i), after.get(i));
                }
            }
        }
        return path;
    }

    private static String item(JsonNode before, JsonNode after, int index) {
        String name = before.path("name").asText();
        return !name.isEmpty() && name.equals(after.path("name").asText()) ? name : Integer.toString(index);
    }
}
