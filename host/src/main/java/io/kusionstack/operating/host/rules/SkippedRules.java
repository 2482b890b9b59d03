package io.kusionstack.operating.host.rules;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.HashSet;
import java.util.Set;

/** The annotation by which a user lets one Pod skip rules: {@code {"skipRules":["name"]}}. */
final class SkippedRules {
    private static final JsonMapper JSON = new JsonMapper();

    private SkippedRules() {}

    /** Names of rules; none where the annotation is absent or cannot be read. */
    static Set<String> of(PodRecord pod) {
        String text = pod.annotations().get(Names.SKIP_RULES);
        if (text == null) {
            return Set.of();
        }
        try {
            Set<String> names = new HashSet<>();
            for (JsonNode name : JSON.readTree(text).path("skipRules")) {
                names.add(name.asText());
            }
            return Set.copyOf(names);
        } catch (JsonProcessingException unreadable) {
            return Set.of();
        }
    }
}
