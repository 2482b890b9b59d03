package io.kusionstack.operating.host.rules.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The annotation by which a user lets one Pod skip rules: {@code {"skipRules":["name"]}}.
 *
 * @param names of the rules to skip; none where the annotation cannot be read
 * @param readable false for an annotation that is there and cannot be read
 */
public record SkippedRules(SortedSet<String> names, boolean readable) {
    public static final SkippedRules NONE = new SkippedRules(new TreeSet<>(), true);

    private static final JsonMapper JSON = new JsonMapper();

    /** At most this many unknown names are listed, each up to a length, so that the text of a wait stays small. */
    private static final int MOST_LISTED = 3;

    private static final int LONGEST_NAME = 63;

    public SkippedRules {
        names = Collections.unmodifiableSortedSet(new TreeSet<>(names));
    }

    public static SkippedRules of(PodRecord pod) {
        String text = pod.annotations().get(Names.SKIP_RULES);
        return text == null ? NONE : read(text);
    }

    static SkippedRules read(String text) {
        SortedSet<String> names = new TreeSet<>();
        try {
            JsonNode list = JSON.readTree(text).path("skipRules");
            if (!list.isArray()) {
                return new SkippedRules(names, false);
            }
            list.forEach(name -> names.add(name.asText()));
            return new SkippedRules(names, true);
        } catch (JsonProcessingException unreadable) {
            return new SkippedRules(names, false);
        }
    }

    public boolean contains(String rule) {
        return names.contains(rule);
    }

    /** The mistake in it, for a Pod that these rule objects select; empty if it is absent or names only rules of theirs. */
    public Optional<String> mistake(List<RuleSpec> selecting) {
        if (!readable) {
            return Optional.of("its annotation " + Names.SKIP_RULES
                    + " skips nothing; write {\"skipRules\":[\"NAME OF A RULE\"]}");
        }
        List<String> unknown = new ArrayList<>();
        for (String name : names) {
            if (selecting.stream().noneMatch(spec -> spec.has(name))) {
                unknown.add("\"" + name.substring(0, Math.min(name.length(), LONGEST_NAME)) + "\"");
            }
        }
        if (unknown.isEmpty()) {
            return Optional.empty();
        }
        int more = unknown.size() - MOST_LISTED;
        String listed = String.join(", ", unknown.subList(0, Math.min(unknown.size(), MOST_LISTED)));
        return Optional.of("its annotation " + Names.SKIP_RULES + " names what is not an enabled rule for this Pod: "
                + listed + (more > 0 ? " and " + more + " more" : ""));
    }
}
