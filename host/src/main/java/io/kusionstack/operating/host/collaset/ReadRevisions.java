package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The revisions of one set as planners read them. Each is read from its object once, until the object changes; a revision that the
 * set does not have any more is forgotten. Mutable; used by the thread that reconciles the set.
 */
final class ReadRevisions {
    private static final Logger LOG = LoggerFactory.getLogger(ReadRevisions.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Map<String, Read> byUid = Map.of();

    /** @param revision empty if the object is not a revision of a CollaSet */
    private record Read(String resourceVersion, Optional<Revision> revision) {}

    /** @param stored all that concern the set now */
    List<Revision> of(List<ControllerRevision> stored) {
        Map<String, Read> now = new HashMap<>();
        List<Revision> revisions = new ArrayList<>();
        for (ControllerRevision object : stored) {
            Read read = read(object);
            now.put(object.getMetadata().getUid(), read);
            read.revision().ifPresent(revisions::add);
        }
        byUid = now;
        return revisions;
    }

    private Read read(ControllerRevision object) {
        String version = object.getMetadata().getResourceVersion();
        Read known = byUid.get(object.getMetadata().getUid());
        return known != null && known.resourceVersion().equals(version) ? known : new Read(version, revision(object));
    }

    private static Optional<Revision> revision(ControllerRevision object) {
        try {
            return Revision.of(MAPPER.valueToTree(object));
        } catch (IllegalArgumentException unreadable) {
            LOG.atWarn()
                    .addKeyValue("namespace", object.getMetadata().getNamespace())
                    .addKeyValue("name", object.getMetadata().getName())
                    .addKeyValue("cause", unreadable.getMessage())
                    .log("A ControllerRevision cannot be read and is left out");
            return Optional.empty();
        }
    }
}
