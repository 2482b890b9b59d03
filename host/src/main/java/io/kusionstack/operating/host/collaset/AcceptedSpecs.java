package io.kusionstack.operating.host.collaset;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.kusionstack.operating.host.kube.ObjectCache;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.CollaSetSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Tells of a set whose spec is not accepted which one is in force: the one that was accepted last, as the set's newest
 * revision stores it; empty where none ever was. Any thread; from memory.
 */
public record AcceptedSpecs(ObjectCache<ControllerRevision> revisions)
        implements Function<CollaSet, Optional<CollaSetSpec>> {

    @Override
    public Optional<CollaSetSpec> apply(CollaSet set) {
        String uid = set.getMetadata().getUid();
        List<ControllerRevision> own = new ArrayList<>();
        for (ControllerRevision revision : revisions.list(set.getMetadata().getNamespace())) {
            if (isOf(uid, revision)) {
                own.add(revision);
            }
        }
        return AcceptedSpec.newest(uid, new ReadRevisions().of(own));
    }

    private static boolean isOf(String uid, ControllerRevision revision) {
        for (OwnerReference owner : revision.getMetadata().getOwnerReferences()) {
            if (Boolean.TRUE.equals(owner.getController()) && uid.equals(owner.getUid())) {
                return true;
            }
        }
        return false;
    }
}
