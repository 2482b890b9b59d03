package io.kusionstack.operating.host.collaset;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/**
 * Gives the next Pod of every id a name that no Pod has or had: an id moves to its next incarnation once a Pod of the present one
 * was seen. Until then a creation is repeated under the same name.
 */
final class Incarnations {
    private Incarnations() {}

    /** @param used names of the Pods that were seen, and of Pods of others */
    static void advance(SetSpec set, SortedMap<Integer, InstanceIdentity> identities, Set<String> used) {
        Set<String> names = new HashSet<>(used);
        for (InstanceIdentity identity : List.copyOf(identities.values())) {
            if (identity.ownedBy(set.name())) {
                InstanceIdentity next = identity;
                while (!names.add(PodNames.of(set, next))) {
                    next = next.nextIncarnation();
                }
                identities.put(next.id(), next);
            }
        }
    }
}
