package io.kusionstack.operating.host.collaset;

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
import java.util.stream.Collectors;

/**
 * What the API server does not take of what is to become of Pods. A write that is refused for one Pod would be for the others: nobody
 * else begins, who waits in service goes on serving, and who is out and was not touched comes back when it lasts.
 *
 * @param byPod by uid, what concerns them; what is not wanted any more stops nobody
 * @param worst the one that stops the others, the most often tried first; empty while nothing is refused
 */
record RefusedWrites(Map<String, Refusal> byPod, Optional<Refusal> worst) {
    private static final RefusedWrites NONE = new RefusedWrites(Map.of(), Optional.empty());

    RefusedWrites {
        byPod = Map.copyOf(byPod);
    }

    /**
     * Of an update.
     *
     * @param scope uids of the Pods that the update reaches: what was refused for another one is not tried again, unless that one is
     *     gone, whose successor it would be refused to as well
     * @param isRecreated whether the update deletes the Pod
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
        return new RefusedWrites(byPod, worst);
    }

    /** A write of the revision itself, and not one that went along. */
    private static boolean isBroughtBy(Refusal refusal, String target) {
        return target.equals(refusal.edit().labels().set().get(Names.REVISION));
    }

    static boolean isDeletion(Refusal refusal) {
        return refusal.edit().isEmpty();
    }

    private static boolean isOfRevision(Refusal refusal, String target) {
        return target.equals(refusal.edit().labels().set().getOrDefault(Names.REVISION, target));
    }

    /** Why this Pod is not to be written yet. */
    Optional<Refusal> running(SetPod setPod, Instant now) {
        return own(setPod).filter(known -> known.isRunning(now));
    }

    private Optional<Refusal> own(SetPod setPod) {
        return Optional.ofNullable(byPod.get(setPod.uid()));
    }

    /** Why the Pod may not begin now: one of those that are refused tries again for all, when it may leave service for that. */
    Optional<Wait> stops(SetPod setPod, Instant now) {
        return own(setPod)
                .filter(known -> now.isBefore(known.leavesFrom()))
                .or(() -> worst.filter(known -> isOfAnother(known, setPod)))
                .map(Refusal::asWait);
    }

    private static boolean isOfAnother(Refusal refusal, SetPod setPod) {
        return !refusal.edit().pod().uid().equals(setPod.uid());
    }

    /** Of a Pod that was not touched yet. The one that tries again for all is out of service only for that. */
    boolean callsBack(SetPod setPod, Instant now) {
        boolean lasts = worst.filter(Refusal::lasts).isPresent();
        return worst.filter(known -> isOfAnother(known, setPod)).isPresent()
                ? lasts || setPod.pod().hasLabel(Names.SERVICE_AVAILABLE)
                : lasts
                        && own(setPod)
                                .filter(known -> now.isBefore(known.leavesFrom()))
                                .isPresent();
    }

    /** What a user has to know and mend. */
    Optional<String> trouble() {
        return worst.or(() -> byPod.values().stream().findFirst()).map(Refusal::sentence);
    }
}
