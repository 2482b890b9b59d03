package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Labels of the operator that a Pod of a set has lost, by a hand or a webhook. They are given back before anything else is done
 * with the Pod: without the opt-in no operation on it would go on, and without its revision it would be created again.
 */
final class LostLabels {
    private LostLabels() {}

    /** @param identity what is recorded of the Pod's instance */
    static PodEdit restored(Member member, Optional<Identity> identity, Revisions.History history) {
        PodEdit edit = PodEdit.of(member.pod());
        if (!member.pod().controlled()) {
            edit = edit.labels(MapEdit.set(Names.CONTROL, "true"));
        }
        boolean unknown = history.find(member.revision()).isEmpty();
        return identity.filter(recorded -> unknown && isOf(member, recorded, history))
                .map(Identity::revision)
                .map(revision -> MapEdit.set(Names.REVISION, revision))
                .map(edit::labels)
                .orElse(edit);
    }

    /** While it is created again its record names the revision to come. */
    private static boolean isOf(Member member, Identity recorded, Revisions.History history) {
        return !recorded.recreating()
                && history.find(recorded.revision())
                        .filter(revision -> images(revision.template()).equals(images(member)))
                        .isPresent();
    }

    private static Map<String, String> images(JsonNode template) {
        Map<String, String> images = new HashMap<>();
        template.at("/spec/containers")
                .forEach(container -> images.put(
                        container.path("name").asText(), container.path("image").asText()));
        return images;
    }

    private static Map<String, String> images(Member member) {
        Map<String, String> images = new HashMap<>();
        for (ContainerRecord container : member.pod().containers()) {
            if (!container.init()) {
                images.put(container.name(), container.image());
            }
        }
        return images;
    }
}
