package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.CollaSetSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The spec that was accepted last. Its template is the template of the newest revision, and the rest of it is in an annotation of that
 * revision. So both are stored before anything is done for them, and a newer spec that is not accepted can be told apart. Pure.
 */
final class AcceptedSpec {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private AcceptedSpec() {}

    /** The value of the annotation for this spec; equal for equal specs. */
    static String text(CollaSetSpec spec) {
        return GoJson.text(MAPPER.valueToTree(with(spec, null, List.of())));
    }

    /**
     * The set as it was accepted last, in the place of {@code read}; empty where that was never stored.
     *
     * @param read the set as it is, with its problems
     */
    static Optional<SetSpec> last(CollaSet set, SetSpec read, List<Revision> revisions) {
        return newest(read.uid(), revisions)
                .map(spec -> SetReader.read(set, spec))
                .filter(last -> last.problems().isEmpty())
                .map(last -> last.inPlaceOf(read));
    }

    /** The spec in the newest revision of this set; empty if no revision stores one. */
    static Optional<CollaSetSpec> newest(String set, List<Revision> revisions) {
        return revisions.stream()
                .filter(revision -> revision.controller().equals(set))
                .max(Comparator.comparingLong(Revision::number))
                .flatMap(AcceptedSpec::spec);
    }

    private static Optional<CollaSetSpec> spec(Revision newest) {
        if (newest.accepted().isEmpty()) {
            return Optional.empty();
        }
        try {
            CollaSetSpec stored = MAPPER.readValue(newest.accepted(), CollaSetSpec.class);
            return Optional.of(with(stored, newest.template(), newest.claims()));
        } catch (JsonProcessingException spoilt) {
            return Optional.empty();
        }
    }

    private static CollaSetSpec with(CollaSetSpec spec, @Nullable JsonNode template, List<JsonNode> claims) {
        return new CollaSetSpec(
                spec.paused(),
                spec.replicas(),
                spec.selector(),
                template,
                claims,
                spec.updateStrategy(),
                spec.scaleStrategy(),
                spec.namingStrategy(),
                spec.historyLimit());
    }
}
