package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.model.Names;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Checks a spec against limits of size before anything is made of it. */
final class SetLimits {
    /** All ids of a set are in one ResourceContext, which may have about a megabyte. */
    static final int REPLICAS = 10_000;

    /** A Pod has about a dozen levels. */
    static final int DEPTH = 100;

    /** The longest keys of a Pod are those of labels and annotations: 253, a slash, 63. */
    static final int KEY = 1_000;

    private static final int SHOWN = 40;
    private static final int LONGEST_CONTEXT = 253;
    private static final Pattern SUBDOMAIN = Pattern.compile(Names.SUBDOMAIN);

    private SetLimits() {}

    private record NestedNode(JsonNode node, int depth) {}

    /** Each with its path, its value, and the allowed values. */
    static List<String> problems(String name, int replicas, JsonNode template) {
        List<String> problems = new ArrayList<>();
        if (replicas > REPLICAS) {
            problems.add("spec.replicas: " + replicas + " is more than " + REPLICAS
                    + ", the most one set may have; give several sets the rest");
        }
        if (name.length() > PodNames.longestSetName()) {
            problems.add("metadata.name: it has " + name.length() + " characters, and a Pod's name has 6 more and "
                    + PodNames.LONGEST + " at most; give the set a name of at most " + PodNames.longestSetName());
        }
        problems.addAll(tree("spec.template", template));
        return problems;
    }

    /** Of {@code spec.scaleStrategy.context}; the definition does not let it be changed. */
    static List<String> ofContext(String context) {
        if (context.isEmpty()
                || context.length() <= LONGEST_CONTEXT
                        && SUBDOMAIN.matcher(context).matches()) {
            return List.of();
        }
        String shown = context.length() > LONGEST_CONTEXT
                ? "\"" + context.substring(0, SHOWN) + "...\", with " + context.length() + " characters,"
                : "\"" + context + "\"";
        return List.of("spec.scaleStrategy.context: " + shown
                + " cannot be the name of a ResourceContext: allowed are at"
                + " most " + LONGEST_CONTEXT + " lower-case letters, digits, - and ., with a letter or digit at the"
                + " beginning, at the end and beside each . (RFC 1123 subdomain); it cannot be changed, so delete the set"
                + " and create it anew with such a name, or without the field");
    }

    /** Without recursion: a tree may be deeper than the stack. */
    private static List<String> tree(String path, JsonNode tree) {
        Deque<NestedNode> open = new ArrayDeque<>(List.of(new NestedNode(tree, 1)));
        while (!open.isEmpty()) {
            NestedNode nested = open.pop();
            if (nested.depth > DEPTH) {
                return List.of(path + ": it is nested more than " + DEPTH + " levels deep, as no Pod is; correct it");
            }
            for (Map.Entry<String, JsonNode> entry : nested.node.properties()) {
                if (entry.getKey().length() > KEY) {
                    return List.of(path + ": the key " + entry.getKey().substring(0, SHOWN) + "... has "
                            + entry.getKey().length() + " characters, and " + KEY + " are allowed; correct it");
                }
            }
            if (nested.node.isContainerNode()) {
                nested.node.forEach(child -> open.push(new NestedNode(child, nested.depth + 1)));
            }
        }
        return List.of();
    }
}
