package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.Plan;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The decisions of one part of planning.
 *
 * @param identities the instance ids as they have to be stored before the acts
 * @param intentions by Pod uid
 * @param taken uids of Pods that the parts after this one must leave alone
 * @param reach the Pods that an update reaches
 * @param busy true if something has still to happen
 * @param trouble a problem that a user has to solve; empty if there is none
 * @param deletionRefused true if the trouble is that a Pod cannot be deleted
 */
record PlanStep(
        SortedMap<Integer, InstanceIdentity> identities,
        Plan acts,
        Map<String, Intention> intentions,
        Set<String> taken,
        UpdateProgress reach,
        boolean busy,
        String trouble,
        boolean deletionRefused) {
    PlanStep {
        identities = Collections.unmodifiableSortedMap(new TreeMap<>(identities));
        intentions = Map.copyOf(intentions);
        taken = Set.copyOf(taken);
    }
}
