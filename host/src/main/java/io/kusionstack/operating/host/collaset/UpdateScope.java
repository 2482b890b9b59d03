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
    private record Place(Optional<Member> member, int id, boolean updated) {
        static final Comparator<Place> ORDER = Comparator.comparing(Place::updated, Comparator.reverseOrder())
                .thenComparing(Place::isUpdating, Comparator.reverseOrder())
                .thenComparing(place -> place.member().isEmpty())
                .thenComparing((one, other) ->
                        one.member().isPresent() && other.member().isPresent()
                                ? Member.UPDATE_ORDER.compare(
                                        one.member().get(), other.member().get())
                                : 0)
                .thenComparing(Place::id);

        boolean isUpdating() {
            return member.filter(Member::updating).isPresent();
        }
    }

    private UpdateScope() {}

    /** Uids of the members that an update reaches; those on the updated revision are among them. */
    static Set<String> of(SetSpec set, List<Member> members, SortedMap<Integer, Identity> identities, String updated) {
        return switch (set.rollout()) {
            case SetSpec.Rollout.Paused() -> Set.of();
            case SetSpec.Rollout.Labelled() ->
                uids(members.stream()
                        .filter(member -> member.pod().hasLabel(Names.UPDATE_INCLUDED)
                                || member.revision().equals(updated))
                        .toList());
            case SetSpec.Rollout.Partition(int kept, boolean given) -> {
                if (kept == 0) {
                    yield uids(members);
                }
                int reached = set.replicas() - kept;
                yield reached <= 0 ? Set.of() : uids(first(reached, places(set, members, identities, updated)));
            }
        };
    }

    private static List<Place> places(
            SetSpec set, List<Member> members, SortedMap<Integer, Identity> identities, String updated) {
        List<Place> places = new ArrayList<>();
        Set<Integer> present = new HashSet<>();
        for (Member member : members) {
            present.add(member.id());
            places.add(new Place(
                    Optional.of(member), member.id(), member.revision().equals(updated)));
        }
        for (Identity identity : identities.values()) {
            if (identity.ownedBy(set.name()) && !identity.leaving() && !present.contains(identity.id())) {
                places.add(new Place(
                        Optional.empty(), identity.id(), identity.revision().equals(updated)));
            }
        }
        return places;
    }

    private static List<Member> first(int count, List<Place> places) {
        return places.stream()
                .sorted(Place.ORDER)
                .limit(count)
                .flatMap(place -> place.member().stream())
                .toList();
    }

    private static Set<String> uids(List<Member> members) {
        Set<String> uids = new HashSet<>();
        members.forEach(member -> uids.add(member.uid()));
        return uids;
    }
}
