package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Selector;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the Pods whose labels were changed so that they left their set. A Pod that is not selected because the selector was changed is
 * not among them: it stays a Pod of the set.
 *
 * @param revisions names of the revisions whose new Pods match the selector
 */
record Membership(Optional<Selector> selector, Set<String> revisions) {
    Membership {
        revisions = Set.copyOf(revisions);
    }

    static Membership of(SetSpec set, Collection<Revision> known) {
        Set<String> revisions = known.stream()
                .filter(revision -> set.selector()
                        .filter(wanted -> wanted.matches(Template.entries(revision.template(), "labels")))
                        .isPresent())
                .map(Revision::name)
                .collect(Collectors.toSet());
        return new Membership(set.selector(), revisions);
    }

    boolean isLeftBy(PodRecord pod) {
        return selector.filter(wanted -> !wanted.matches(pod.labels())).isPresent()
                && revisions.contains(pod.label(Names.REVISION).orElse(""));
    }
}
