package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One version of a set's template, stored as a ControllerRevision.
 *
 * @param number orders the revisions of a set; the newest has the highest. One beyond {@link #HIGHEST} counts as 0: no number follows
 *     it for long, so it was given by hand
 * @param controller uid of the owner, empty for an orphan
 * @param template as in the set
 * @param meaning equal exactly for revisions that mean the same
 * @param accepted the rest of the spec that was accepted with it last, as {@link AcceptedSpec} reads it; empty where that is
 *     not stored
 */
record Revision(
        ObjectRef ref,
        long resourceVersion,
        long number,
        String controller,
        JsonNode template,
        List<JsonNode> claims,
        String meaning,
        String accepted) {
    private static final long HIGHEST = Long.MAX_VALUE / 2;
    static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);

    Revision {
        claims = List.copyOf(claims);
    }

    String name() {
        return ref.name();
    }

    /** Reads a ControllerRevision; empty if it is not a revision of a CollaSet. */
    static Optional<Revision> of(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        if (!(object.path("data") instanceof ObjectNode data)) {
            return Optional.empty();
        }
        return RevisionData.template(data)
                .map(template -> new Revision(
                        new ObjectRef(
                                ObjectKind.CONTROLLER_REVISION,
                                metadata.path("namespace").asText(),
                                metadata.path("name").asText(),
                                metadata.path("uid").asText()),
                        metadata.path("resourceVersion").asLong(),
                        number(object.path("revision").asLong()),
                        controller(metadata),
                        template,
                        RevisionData.claims(data),
                        RevisionData.meaning(template, RevisionData.claims(data)),
                        metadata.path("annotations").path(Names.ACCEPTED_SPEC).asText()));
    }

    private static long number(long stored) {
        return stored > HIGHEST ? 0 : stored;
    }

    Revision numbered(long wanted) {
        return new Revision(ref, resourceVersion, wanted, controller, template, claims, meaning, accepted);
    }

    /** How long its containers may take to end. */
    Duration grace() {
        long seconds =
                template.path("spec").path("terminationGracePeriodSeconds").asLong(DEFAULT_GRACE.toSeconds());
        return Duration.ofSeconds(Math.max(0, seconds));
    }

    private static String controller(JsonNode metadata) {
        for (JsonNode owner : metadata.path("ownerReferences")) {
            if (owner.path("controller").asBoolean()) {
                return owner.path("uid").asText();
            }
        }
        return "";
    }
}
