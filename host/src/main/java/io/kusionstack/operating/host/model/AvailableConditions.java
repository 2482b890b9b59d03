package io.kusionstack.operating.host.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The annotation {@code pod.kusionstack.io/available-conditions}: which finalizers a Pod needs before it counts as back
 * in service.
 *
 * <pre>{"expectedFinalizers":{"Service/shop/web":"prot.podopslifecycle.kusionstack.io/4f2a"}}</pre>
 *
 * @param expectedFinalizers full finalizer by employer, which is named {@code Kind/namespace/name}
 */
public record AvailableConditions(SortedMap<String, String> expectedFinalizers) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String MEMBER = "expectedFinalizers";

    public AvailableConditions {
        expectedFinalizers = Collections.unmodifiableSortedMap(new TreeMap<>(expectedFinalizers));
    }

    /** Nothing is expected, as for a Pod without the annotation. */
    public static AvailableConditions none() {
        return new AvailableConditions(Collections.emptySortedMap());
    }

    /** Empty when the text is not of this shape. */
    public static Optional<AvailableConditions> parse(String json) {
        try {
            JsonNode root = JSON.readTree(json);
            JsonNode entries = root.path(MEMBER);
            boolean absent = entries.isMissingNode() || entries.isNull();
            if (!root.isObject() || !absent && !entries.isObject()) {
                return Optional.empty();
            }
            SortedMap<String, String> found = new TreeMap<>();
            for (Map.Entry<String, JsonNode> entry : entries.properties()) {
                if (!entry.getValue().isTextual()) {
                    return Optional.empty();
                }
                found.put(entry.getKey(), entry.getValue().textValue());
            }
            return Optional.of(new AvailableConditions(found));
        } catch (JsonProcessingException malformed) {
            return Optional.empty();
        }
    }

    /** Those that are not among {@code finalizers}, by employer. */
    public SortedMap<String, String> missing(Collection<String> finalizers) {
        SortedMap<String, String> missing = new TreeMap<>(expectedFinalizers);
        missing.values().removeAll(finalizers);
        return missing;
    }

    public AvailableConditions without(Collection<String> employers) {
        SortedMap<String, String> left = new TreeMap<>(expectedFinalizers);
        left.keySet().removeAll(employers);
        return new AvailableConditions(left);
    }

    /** These and {@code more}; if they have the same employer, {@code more} wins. */
    public AvailableConditions with(Map<String, String> more) {
        SortedMap<String, String> all = new TreeMap<>(expectedFinalizers);
        all.putAll(more);
        return new AvailableConditions(all);
    }

    /** The value of the annotation; {@code {}} when nothing is expected, as Kuperator writes it. */
    public String json() {
        ObjectNode root = JSON.createObjectNode();
        if (!expectedFinalizers.isEmpty()) {
            ObjectNode entries = root.putObject(MEMBER);
            expectedFinalizers.forEach(entries::put);
        }
        return root.toString();
    }
}
