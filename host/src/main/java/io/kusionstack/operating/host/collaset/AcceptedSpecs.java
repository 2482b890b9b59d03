package io.kusionstack.operating.host.collaset;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.CollaSetSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The accepted specs of sets, from their revisions: the spec in force if the newest one is not accepted, and the labels of Pods of its
 * templates. Any thread; from memory.
 */
public final class AcceptedSpecs {
    private static final int MOST_REMEMBERED = 10_000;

    private final ObjectCache<ControllerRevision> revisions;
    // by uid: the content of a revision never changes
    private final Map<String, Map<String, String>> labels = new ConcurrentHashMap<>();

    public AcceptedSpecs(ObjectCache<ControllerRevision> revisions) {
        this.revisions = revisions;
    }

    /** The spec that was accepted last, from the newest revision of the set; empty if none ever was. */
    public Optional<CollaSetSpec> accepted(CollaSet set) {
        return AcceptedSpec.newest(set.getMetadata().getUid(), new ReadRevisions().of(own(set)));
    }

    /** The labels of Pods of each revision that is stored. */
    public List<Map<String, String>> podLabels(CollaSet set) {
        if (labels.size() > MOST_REMEMBERED) {
            labels.clear();
        }
        List<Map<String, String>> all = new ArrayList<>();
        for (ControllerRevision revision : own(set)) {
            all.add(labels.computeIfAbsent(revision.getMetadata().getUid(), uid -> podLabels(revision)));
        }
        return all;
    }

    private static Map<String, String> podLabels(ControllerRevision revision) {
        return new ReadRevisions()
                .of(List.of(revision)).stream()
                        .findFirst()
                        .map(read -> Map.copyOf(Template.labels(read.template())))
                        .orElse(Map.of());
    }

    private List<ControllerRevision> own(CollaSet set) {
        String uid = set.getMetadata().getUid();
        List<ControllerRevision> own = new ArrayList<>();
        for (ControllerRevision revision : revisions.list(set.getMetadata().getNamespace())) {
            if (isOf(uid, revision)) {
                own.add(revision);
            }
        }
        return own;
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
