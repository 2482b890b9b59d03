package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Pods without a controller that concern a set. The set does not adopt them: it tells of those that its selector matches, and does not
 * use the ids of any of them.
 */
final class Orphans {
    private static final String TYPE = "OrphanPods";
    private static final String REASON = "NotAdopted";
    private static final int NAMED = 3;

    private Orphans() {}

    /** @param revisions names of the set's revisions: a Pod that carries one was a Pod of the set */
    static List<PodRecord> of(SetSpec set, Collection<PodRecord> ofNobody, Set<String> revisions) {
        return ofNobody.stream()
                .filter(pod -> isSelected(set, pod)
                        || (InstanceIds.of(pod) >= 0
                                && pod.label(Names.REVISION)
                                        .filter(revisions::contains)
                                        .isPresent()))
                .toList();
    }

    /** The sets that a change of a Pod without a controller concerns: their selector matches the Pod, or it was a Pod of theirs. */
    static List<CollaSet> concerned(
            @Nullable PodRecord before, @Nullable PodRecord after, Function<String, List<CollaSet>> setsOf) {
        if (!isAlone(before) && !isAlone(after) || isSame(before, after)) {
            return List.of();
        }
        return Stream.of(Optional.ofNullable(before), Optional.ofNullable(after))
                .flatMap(Optional::stream)
                .flatMap(pod -> setsOf.apply(pod.namespace()).stream().filter(set -> concerns(set, pod)))
                .distinct()
                .toList();
    }

    private static boolean isAlone(@Nullable PodRecord pod) {
        return pod != null && pod.controller().isEmpty();
    }

    private static boolean isSame(@Nullable PodRecord before, @Nullable PodRecord after) {
        return before != null
                && after != null
                && before.owners().equals(after.owners())
                && before.labels().equals(after.labels())
                && before.terminating() == after.terminating()
                && before.inactive() == after.inactive();
    }

    private static boolean concerns(CollaSet set, PodRecord pod) {
        String prefix = Revisions.prefix(set.getMetadata().getName());
        return pod.label(Names.REVISION)
                        .filter(revision -> revision.startsWith(prefix))
                        .isPresent()
                || SetReader.selector(set)
                        .filter(selector -> selector.matches(pod.labels()))
                        .isPresent();
    }

    /** The instance ids of the orphans. */
    static Set<Integer> ids(CollaSetSnapshot snapshot) {
        Set<Integer> ids = new HashSet<>();
        snapshot.orphans().forEach(pod -> ids.add(InstanceIds.of(pod)));
        ids.remove(-1);
        return ids;
    }

    static SetWarning warning(CollaSetSnapshot snapshot) {
        List<PodRecord> selected = selected(snapshot);
        return new SetWarning(
                TYPE,
                REASON,
                Optional.of(selected).filter(pods -> !pods.isEmpty()).map(pods -> message(snapshot.set(), pods)));
    }

    private static List<PodRecord> selected(CollaSetSnapshot snapshot) {
        return snapshot.orphans().stream()
                .filter(pod -> !pod.terminating() && !pod.inactive() && isSelected(snapshot.set(), pod))
                .sorted(Comparator.comparing(PodRecord::name))
                .toList();
    }

    private static boolean isSelected(SetSpec set, PodRecord pod) {
        return set.selector().filter(selector -> selector.matches(pod.labels())).isPresent();
    }

    private static String message(SetSpec set, List<PodRecord> pods) {
        String names = pods.stream().limit(NAMED).map(PodRecord::name).collect(Collectors.joining(", "));
        String more = pods.size() > NAMED ? " and " + (pods.size() - NAMED) + " more" : "";
        return pods.size() + (pods.size() == 1 ? " Pod matches" : " Pods match")
                + " spec.selector and nobody controls " + (pods.size() == 1 ? "it" : "them") + ": " + names + more
                + "; the set does not count what it does not control. To be rid of one: delete it, or change its labels."
                + " To give one to the set (what is then more than spec.replicas leaves through the lifecycle): kubectl -n "
                + set.namespace()
                + " patch pod " + pods.getFirst().name() + " --type merge -p '{\"metadata\":{\"ownerReferences\":["
                + set.ownerReference() + "]}}'";
    }
}
