package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.Names;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** Which Pods a set wants on its updated revision. */
final class UpdateScope {
    /** A Pod, or an id whose Pod is missing at the moment. */
    private record ScopedId(Optional<SetPod> setPod, int id, boolean updated) {
        static final Comparator<ScopedId> ORDER = Comparator.comparing(ScopedId::updated, Comparator.reverseOrder())
                .thenComparing(ScopedId::isUpdating, Comparator.reverseOrder())
                .thenComparing(candidate -> candidate.setPod().isEmpty())
                .thenComparing((one, other) ->
                        one.setPod().isPresent() && other.setPod().isPresent()
                                ? SetPod.UPDATE_ORDER.compare(
                                        one.setPod().get(), other.setPod().get())
                                : 0)
                .thenComparing(ScopedId::id);

        boolean isUpdating() {
            return setPod.filter(SetPod::updating).isPresent();
        }
    }

    private UpdateScope() {}

    /** Uids of the members that an update reaches; those on the updated revision are among them. */
    static Set<String> of(
            SetSpec set, List<SetPod> podsOfSet, SortedMap<Integer, InstanceIdentity> identities, String updated) {
        return switch (set.rollout()) {
            case Rollout.Paused() -> Set.of();
            case Rollout.Labelled() ->
                uids(podsOfSet.stream()
                        .filter(setPod -> setPod.pod().hasLabel(Names.UPDATE_INCLUDED)
                                || setPod.revision().equals(updated))
                        .toList());
            case Rollout.Partition(int kept, boolean given) -> {
                if (kept == 0) {
                    yield uids(podsOfSet);
                }
                int reached = set.replicas() - kept;
                yield reached <= 0 ? Set.of() : uids(first(reached, candidates(set, podsOfSet, identities, updated)));
            }
        };
    }

    /**
     * The Pods of a set to which an update has nothing to do.
     *
     * @param uids of those that are on the updated revision, or that the update does not reach
     * @param areAll true if no other Pod is there, and the successor of none that is gone is to be updated
     */
    record RestingPods(Set<String> uids, boolean areAll) {
        static final RestingPods NONE = new RestingPods(Set.of(), true);
    }

    /** @param identities with the revisions of Pods that are yet to be created */
    static RestingPods atRest(
            SetSpec set, List<SetPod> podsOfSet, SortedMap<Integer, InstanceIdentity> identities, String updated) {
        Set<String> scope = of(set, podsOfSet, identities, updated);
        Set<String> uids = uids(podsOfSet.stream()
                .filter(setPod ->
                        !scope.contains(setPod.uid()) || setPod.revision().equals(updated))
                .toList());
        boolean areAll = uids.size() == podsOfSet.size()
                && (!(set.rollout() instanceof Rollout.Partition partition)
                        || candidates(set, podsOfSet, identities, updated).stream()
                                .sorted(ScopedId.ORDER)
                                .limit(Math.max(0, set.replicas() - partition.kept()))
                                .allMatch(ScopedId::updated));
        return new RestingPods(uids, areAll);
    }

    private static List<ScopedId> candidates(
            SetSpec set, List<SetPod> podsOfSet, SortedMap<Integer, InstanceIdentity> identities, String updated) {
        List<ScopedId> candidates = new ArrayList<>();
        Set<Integer> present = new HashSet<>();
        for (SetPod setPod : podsOfSet) {
            present.add(setPod.id());
            candidates.add(new ScopedId(
                    Optional.of(setPod), setPod.id(), setPod.revision().equals(updated)));
        }
        for (InstanceIdentity identity : identities.values()) {
            if (identity.ownedBy(set.name()) && !identity.leaving() && !present.contains(identity.id())) {
                candidates.add(new ScopedId(
                        Optional.empty(), identity.id(), identity.revision().equals(updated)));
            }
        }
        return candidates;
    }

    private static List<SetPod> first(int count, List<ScopedId> candidates) {
        return candidates.stream()
                .sorted(ScopedId.ORDER)
                .limit(count)
                .flatMap(candidate -> candidate.setPod().stream())
                .toList();
    }

    private static Set<String> uids(List<SetPod> podsOfSet) {
        Set<String> uids = new HashSet<>();
        podsOfSet.forEach(setPod -> uids.add(setPod.uid()));
        return uids;
    }
}
