package io.kusionstack.operating.host.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** @param contexts one entry per instance id, sorted by id */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ResourceContextSpec(List<Entry> contexts) {
    static final ResourceContextSpec EMPTY = new ResourceContextSpec(List.of());

    public ResourceContextSpec {
        contexts = Lists.copy(contexts);
    }

    /** @param data of the instance, with keys such as {@code Owner} and {@code Revision} */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Entry(@Required @JsonInclude int id, Map<String, String> data) {
        public Entry {
            data = emptyIfAbsent(data);
        }

        private static Map<String, String> emptyIfAbsent(@Nullable Map<String, String> data) {
            return data == null ? Map.of() : Map.copyOf(data);
        }
    }
}
