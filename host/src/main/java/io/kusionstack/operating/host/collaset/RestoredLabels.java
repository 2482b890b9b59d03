package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Labels of the operator that a Pod of a set has lost, by a hand or a webhook. They are given back before anything else is done
 * with the Pod: without the opt-in no operation on it would go on, and without its revision it would be created again.
 */
final class RestoredLabels {
    private RestoredLabels() {}

    /** The opt-in alone. */
    static PodEdit restored(SetPod setPod) {
        PodEdit edit = PodEdit.of(setPod.pod());
        return setPod.pod().controlled() ? edit : edit.labels(MapEdit.set(Names.CONTROL, "true"));
    }

    /** @param revisions the revision of a Pod by other knowledge than its label; called only if the label is lost */
    static PodEdit restored(SetPod setPod, RevisionHistory history, Function<SetPod, Optional<Revision>> revisions) {
        PodEdit edit = restored(setPod);
        return history.find(setPod.revision()).isPresent()
                ? edit
                : revisions
                        .apply(setPod)
                        .map(revision -> edit.labels(MapEdit.set(Names.REVISION, revision.name())))
                        .orElse(edit);
    }

    /** True if the Pod has everything that an update in place to the revision writes; additions of webhooks do not matter. */
    static boolean fits(Revision revision, SetPod setPod) {
        Map<String, String> images = new HashMap<>();
        for (ContainerRecord container : setPod.pod().containers()) {
            images.put(container.name(), container.image());
        }
        Map<String, String> wanted = new HashMap<>();
        revision.template()
                .at("/spec/containers")
                .forEach(container -> wanted.put(
                        container.path("name").asText(), container.path("image").asText()));
        Map<String, String> labels = Template.labels(revision.template());
        labels.remove(Names.CONTROL);
        return images.entrySet().containsAll(wanted.entrySet())
                && setPod.pod().labels().entrySet().containsAll(labels.entrySet());
    }
}
