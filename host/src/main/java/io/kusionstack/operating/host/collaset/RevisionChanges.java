package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.MapEdit;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The change that brings a Pod from its revision to the updated one; computed once for each revision. Lives for one plan.
 */
final class RevisionChanges {
    private final SetSpec set;
    private final RevisionHistory history;
    private final String target;
    private final Map<String, TemplateChange> changes = new HashMap<>();

    RevisionChanges(SetSpec set, RevisionHistory history) {
        this.set = set;
        this.history = history;
        this.target = history.updated().name();
    }

    /** The name of the updated revision. */
    String target() {
        return target;
    }

    /** How long the containers of the Pod may take to end. */
    Duration grace(SetPod setPod) {
        return history.find(setPod.revision()).map(Revision::grace).orElse(Revision.DEFAULT_GRACE);
    }

    TemplateChange of(SetPod setPod) {
        if (set.policy() == UpgradePolicy.RECREATE) {
            return new TemplateChange.Recreate("podUpgradePolicy Recreate");
        }
        return changes.computeIfAbsent(setPod.revision(), this::from);
    }

    /** With the label that names the revision: the edit is the same for all Pods of one revision. */
    private TemplateChange from(String revision) {
        Optional<Revision> known = history.find(revision);
        if (known.isEmpty()) {
            return new TemplateChange.Recreate("an unknown revision");
        }
        TemplateChange change =
                Template.between(known.get().template(), history.updated().template());
        return switch (change) {
            case TemplateChange.Recreate recreate -> recreate;
            case TemplateChange.InPlace(MapEdit labels, MapEdit annotations, SortedMap<String, String> images) ->
                new TemplateChange.InPlace(labels.then(MapEdit.set(Names.REVISION, target)), annotations, images);
        };
    }

    /** The edit that the operation of a Pod wants to make. */
    Intention intention(TemplateChange.InPlace change, String operatingValue) {
        return new Intention(
                Names.COLLASET_OPERATION,
                operatingValue,
                target,
                change.labels(),
                change.annotations(),
                change.images());
    }
}
