package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.plugin.PodRef;
import java.util.List;
import java.util.Optional;

/**
 * Takes grants back, and counts their Pods again. Each method returns the rules that have free slots after it. Guarded by the
 * lock of the namespace.
 */
final class GrantRelease {
    private final Grants grants;
    private final RuleIndex index;

    GrantRelease(Grants grants, RuleIndex index) {
        this.grants = grants;
        this.index = index;
    }

    /** After a write of the Pod: the grants that its result ends. A Pod whose write was refused is held back. */
    List<Key> settle(PodRef pod, WriteResult result) {
        Optional<TrackedPod> tracked =
                index.tracked(pod.name()).filter(known -> known.pod().uid().equals(pod.uid()));
        boolean wasOfAnyVersion = grants.of(pod.uid()).stream().anyMatch(Grant::isOfAnyVersion);
        List<Grant> ended = grants.settle(
                pod.uid(),
                result,
                grant -> tracked.filter(known -> known.heldBack().isEmpty())
                        .filter(known -> Grants.wants(known.pod(), grant))
                        .isPresent());
        if (ended.isEmpty()) {
            return wasOfAnyVersion ? shown(tracked) : List.of();
        }
        if (result instanceof WriteResult.NotDone notDone && notDone.isToContent()) {
            index.holdBack(
                    pod.name(),
                    pod.uid(),
                    ended.stream()
                            .mapToLong(grant -> versionOf(grant, tracked))
                            .max()
                            .orElse(0));
        }
        index.recount(pod.name());
        return rules(tracked);
    }

    /** No record ended the grant while its write was under way: the newest may have come meanwhile. */
    private List<Key> shown(Optional<TrackedPod> tracked) {
        tracked.ifPresent(known -> {
            grants.observe(known.pod());
            index.recount(known.pod().name());
        });
        return rules(tracked);
    }

    private static long versionOf(Grant grant, Optional<TrackedPod> tracked) {
        return grant.isOfAnyVersion()
                ? tracked.map(known -> known.pod().resourceVersion()).orElse(0L)
                : grant.askedOn();
    }

    /** True if the Pod has a grant that no write can use at this record. */
    boolean hasUnused(PodRecord pod) {
        return grants.of(pod.uid()).stream().anyMatch(held -> !held.mayBeUnderWayAt(pod.resourceVersion()));
    }

    /** The grants of the Pod that no write can use at this record. */
    List<Key> unused(PodRecord pod) {
        grants.of(pod.uid()).stream()
                .filter(held -> !held.mayBeUnderWayAt(pod.resourceVersion()))
                .forEach(grants::withdraw);
        index.recount(pod.name());
        return rules(index.tracked(pod.name()));
    }

    /** The grants that were reserved under other rules than those that count the Pods of this one now. */
    void outdated(RuleBudget budget) {
        for (String name : budget.staged()) {
            TrackedPod tracked = index.tracked(name).orElseThrow();
            List<Grant> outdated = grants.of(tracked.pod().uid()).stream()
                    .filter(held -> held.write() == Grant.GrantWrite.RESERVED)
                    .filter(held -> !held.rules().equals(tracked.generations()))
                    .toList();
            if (!outdated.isEmpty()) {
                outdated.forEach(grants::withdraw);
                index.recount(name);
            }
        }
    }

    private static List<Key> rules(Optional<TrackedPod> tracked) {
        return tracked.stream()
                .flatMap(known -> known.budgets().stream())
                .map(budget -> budget.spec().key())
                .toList();
    }
}
