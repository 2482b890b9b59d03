package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.MapEdit;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The change that brings a Pod from its revision to the updated one; computed once for each revision. Lives for one plan.
 */
final class RevisionChanges {
    private final SetSpec set;
    private final Revisions.History history;
    private final String target;
    private final Map<String, Template.Change> changes = new HashMap<>();

    RevisionChanges(SetSpec set, Revisions.History history) {
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

    Template.Change of(SetPod setPod) {
        if (set.policy() == SetSpec.Policy.RECREATE) {
            return new Template.Change.Recreate("podUpgradePolicy Recreate");
        }
        return changes.computeIfAbsent(setPod.revision(), this::from);
    }

    /** With the label that names the revision: the edit is the same for all Pods of one revision. */
    private Template.Change from(String revision) {
        Optional<Revision> known = history.find(revision);
        if (known.isEmpty()) {
            return new Template.Change.Recreate("an unknown revision");
        }
        Template.Change change =
                Template.between(known.get().template(), history.updated().template());
        return switch (change) {
            case Template.Change.Recreate recreate -> recreate;
            case Template.Change.InPlace(MapEdit labels, MapEdit annotations, SortedMap<String, String> images) ->
                new Template.Change.InPlace(
                        labels.then(MapEdit.set(Names.REVISION, target))
                                .then(MapEdit.remove(List.of(Names.PREPARING_TO_DELETE))),
                        annotations,
                        images);
        };
    }

    /** The edit that the operation of a Pod wants to make. */
    Intention intention(Template.Change.InPlace change, String operatingValue) {
        return new Intention(
                Names.COLLASET_OPERATION,
                operatingValue,
                target,
                change.labels(),
                change.annotations(),
                change.images());
    }
}
