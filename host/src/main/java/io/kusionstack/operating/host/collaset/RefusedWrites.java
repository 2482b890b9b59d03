package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The writes of Pods that the API server refuses. A write that is refused for one Pod would be refused for the others: no other Pod
 * begins, a Pod that waits in service goes on serving, and a Pod that is out of service and was not touched comes back if the refusal
 * lasts.
 *
 * @param byPod by uid; a refusal of a write that is not wanted any more is left out
 * @param worst the refusal that stops other Pods, the most often tried first; empty while nothing is refused
 * @param told the one that users are told of
 */
record RefusedWrites(Map<String, Refusal> byPod, Optional<Refusal> worst, Optional<Refusal> told) {
    private static final RefusedWrites NONE = new RefusedWrites(Map.of(), Optional.empty(), Optional.empty());

    RefusedWrites {
        byPod = Map.copyOf(byPod);
    }

    /**
     * The refusals that concern an update.
     *
     * @param scope uids of the Pods that the update reaches: a write that was refused for another Pod is not tried again, unless that
     *     Pod is gone, because it would be refused for its successor as well
     * @param isRecreated true if the update deletes the Pod
     */
    static RefusedWrites ofUpdate(
            CollaSetSnapshot snapshot,
            String target,
            Set<String> scope,
            List<SetPod> podsOfSet,
            Predicate<SetPod> isRecreated) {
        if (snapshot.refusals().isEmpty()) {
            return NONE;
        }
        Set<String> there = snapshot.pods().stream()
                .filter(pod -> !pod.terminating())
                .map(PodRecord::uid)
                .collect(Collectors.toSet());
        Map<String, SetPod> byUid = podsOfSet.stream().collect(Collectors.toMap(SetPod::uid, Function.identity()));
        return of(
                snapshot,
                (uid, known) -> (scope.contains(uid) || isBroughtBy(known, target) && !there.contains(uid))
                        && (isDeletion(known)
                                ? Optional.ofNullable(byUid.get(uid))
                                        .filter(isRecreated)
                                        .isPresent()
                                : isOfRevision(known, target)));
    }

    /** @param leaving uids of the Pods that are to be deleted */
    static RefusedWrites ofDeletion(CollaSetSnapshot snapshot, Set<String> leaving) {
        return of(snapshot, (uid, known) -> leaving.contains(uid) && isDeletion(known));
    }

    private static RefusedWrites of(CollaSetSnapshot snapshot, BiPredicate<String, Refusal> concerns) {
        Map<String, Refusal> byPod = snapshot.refusals().entrySet().stream()
                .filter(entry -> concerns.test(entry.getKey(), entry.getValue()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        Optional<Refusal> worst = byPod.values().stream()
                .filter(known -> known.result().isRefusal())
                .max(Comparator.comparing(Refusal::attempts)
                        .thenComparing(known -> known.edit().pod().name(), Comparator.reverseOrder()));
        return new RefusedWrites(byPod, worst, byPod.values().stream().max(snapshot.tellingOrder()));
    }

    /**
     * A write of a Pod that does not get through, and that is still wanted: not a step of an operation that the Pod is not in and is not to
     * begin, not one that brings another revision to a Pod that has one, nor one of a Pod which is gone, unless it would be refused for
     * another Pod as well.
     * Deletions are left out; the planner that wants a deletion tells of it.
     *
     * @param target the revision that Pods are to have; empty if the set is being deleted
     * @param atRest the Pods that neither leave nor are to be updated; asked for only if a refusal is known
     */
    static Optional<Refusal> told(CollaSetSnapshot snapshot, String target, Supplier<UpdateScope.RestingPods> atRest) {
        if (snapshot.refusals().isEmpty()) {
            return Optional.empty();
        }
        UpdateScope.RestingPods resting = atRest.get();
        Map<String, PodRecord> there =
                snapshot.pods().stream().collect(Collectors.toMap(PodRecord::uid, Function.identity()));
        return snapshot.refusals().entrySet().stream()
                .filter(entry -> Optional.ofNullable(there.get(entry.getKey()))
                        .map(pod -> isWanted(
                                entry.getValue(), pod, target, resting.uids().contains(pod.uid())))
                        .orElseGet(() -> !resting.areAll() && isBroughtBy(entry.getValue(), target)))
                .map(Map.Entry::getValue)
                .filter(refusal -> refusal.isRecent(snapshot.now()) && !isDeletion(refusal))
                .max(snapshot.tellingOrder());
    }

    private static boolean isWanted(Refusal refusal, PodRecord pod, String target, boolean isAtRest) {
        Optional<String> revision = pod.label(Names.REVISION);
        if (revision.isEmpty()) {
            return true;
        }
        boolean isOfNoOperation = PodOps.advances(refusal.edit(), Names.COLLASET_OPERATION)
                && PodOps.operation(pod, Names.COLLASET_OPERATION).isEmpty();
        if (isAtRest && isOfNoOperation) {
            return false;
        }
        boolean isReached = !isAtRest || revision.get().equals(target);
        return isOfRevision(refusal, target) && (isReached || !isBroughtBy(refusal, target));
    }

    /** True if the refused write brings the revision itself, and not only another change. */
    private static boolean isBroughtBy(Refusal refusal, String target) {
        return target.equals(refusal.edit().labels().set().get(Names.REVISION));
    }

    static boolean isDeletion(Refusal refusal) {
        return refusal.edit().isEmpty();
    }

    private static boolean isOfRevision(Refusal refusal, String target) {
        return target.equals(refusal.edit().labels().set().getOrDefault(Names.REVISION, target));
    }

    /** Why this Pod must not be written yet. */
    Optional<Refusal> running(SetPod setPod, Instant now) {
        return own(setPod).filter(known -> known.isRunning(now));
    }

    private Optional<Refusal> own(SetPod setPod) {
        return Optional.ofNullable(byPod.get(setPod.uid()));
    }

    /** Why the Pod may not begin now: one of the refused Pods tries again for all, once it may leave service for that. */
    Optional<Wait> stops(SetPod setPod, Instant now) {
        return own(setPod)
                .filter(known -> now.isBefore(known.leavesFrom()))
                .or(() -> worst.filter(known -> isOfAnother(known, setPod)))
                .map(Refusal::asWait);
    }

    private static boolean isOfAnother(Refusal refusal, SetPod setPod) {
        return !refusal.edit().pod().uid().equals(setPod.uid());
    }

    /** True if a Pod that was not touched yet has to come back. The Pod that tries again for all leaves service only for that. */
    boolean callsBack(SetPod setPod, Instant now) {
        boolean lasts = worst.filter(Refusal::lasts).isPresent();
        return worst.filter(known -> isOfAnother(known, setPod)).isPresent()
                ? lasts || setPod.pod().hasLabel(Names.SERVICE_AVAILABLE)
                : lasts
                        && own(setPod)
                                .filter(known -> now.isBefore(known.leavesFrom()))
                                .isPresent();
    }

    /** The problem that a user has to solve. */
    Optional<String> trouble() {
        return told.map(Refusal::sentence);
    }
}
