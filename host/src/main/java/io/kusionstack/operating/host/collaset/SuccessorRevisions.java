package io.kusionstack.operating.host.collaset;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides of which revision the next Pod of an instance is created. Pure. */
record SuccessorRevisions(CollaSetSnapshot snapshot, RevisionHistory history, SetPods setPods) {
    /**
     * The identity with the revision of its next Pod. A revision whose Pods the API server refuses must not keep a Pod missing for ever.
     * If it refuses the content, a lost Pod is created of the newest revision instead, unless that is held back, else of the revision
     * that was complete last; if the refused revision is the newest, and an update was to bring it, the order is reversed. If
     * creations only fail for long, the newest revision is taken once Pods of it were created or serve.
     */
    InstanceIdentity of(InstanceIdentity recorded) {
        InstanceIdentity identity = asItWas(recorded);
        boolean known = history.find(identity.revision()).isPresent() && !isOutgrown(identity);
        boolean refused = isRefused(identity.revision());
        if (known && !refused && !isFailing(identity.revision())) {
            return identity;
        }
        String current = history.current().name();
        String newest =
                snapshot.set().rollout().holds() ? current : history.updated().name();
        boolean mayBeNew = refused || !known || isProven(newest);
        List<String> others = identity.recreating() || !mayBeNew ? List.of(current, newest) : List.of(newest, current);
        return others.stream()
                .filter(revision -> !isRefused(revision) && (mayBeNew || revision.equals(current)))
                .findFirst()
                .or(() -> known ? Optional.empty() : Optional.of(newest))
                .map(identity::revision)
                .orElse(identity);
    }

    /**
     * The record names the newest revision before an update touches the Pod. A Pod that was lost before that comes back as it was, unless
     * its revision is neither the current nor the updated one and no other Pod serves it. If its revision is not remembered, the newest
     * is taken only if a Pod of it serves.
     */
    private InstanceIdentity asItWas(InstanceIdentity identity) {
        if (identity.justCreated() || identity.recreating()) {
            return identity;
        }
        String last = snapshot.lastRevisions().getOrDefault(identity.id(), "");
        String updated = history.updated().name();
        if (history.find(last).isPresent()) {
            boolean abandoned =
                    !last.equals(updated) && !last.equals(history.current().name()) && !serves(last);
            return identity.revision(abandoned ? history.current().name() : last);
        }
        return identity.revision().equals(updated) && !serves(updated)
                ? identity.revision(history.current().name())
                : identity;
    }

    private boolean isProven(String revision) {
        return snapshot.trials().get(revision) instanceof TemplateTrial.Created || serves(revision);
    }

    private boolean serves(String revision) {
        return setPods.podsOfSet().stream()
                .anyMatch(setPod ->
                        setPod.revision().equals(revision) && setPod.pod().available());
    }

    private boolean isRefused(String revision) {
        return snapshot.trials().get(revision) instanceof TemplateTrial.TemplateRefused;
    }

    /** Pods of this older revision could not be created for a while, for another reason than a full quota. */
    private boolean isFailing(String revision) {
        return !revision.equals(history.updated().name())
                && snapshot.obstacle()
                        .filter(known -> known.revision().equals(revision) && known.lasts())
                        .isPresent();
    }

    /** Its template belongs to another selector, and nothing holds back the update to the newest revision. */
    private boolean isOutgrown(InstanceIdentity identity) {
        Map<String, String> labels = history.find(identity.revision())
                .map(revision -> Template.labels(revision.template()))
                .orElse(Map.of());
        return snapshot.set().rollout() instanceof Rollout.Partition(int kept, boolean given)
                && kept == 0
                && snapshot.set()
                        .selector()
                        .filter(selector -> !selector.matches(labels))
                        .isPresent();
    }
}
