package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All facts for one decision about a set.
 *
 * @param pods every Pod that the set controls, terminating and ended ones too
 * @param orphans Pods without a controller that the selector matches, or that were Pods of this set
 * @param backoff how fast Pods may be created
 * @param revisions of the set, and orphans that its selector claims
 * @param takenNames names of other ControllerRevisions, which new ones cannot have
 * @param takenPodNames names of Pods of others, found by a failed creation
 * @param obstacle why the last Pod could not be created
 * @param trials by the name of a revision: the answer of the API server to Pods of it
 * @param refusals by Pod uid: the last write of the Pod in its present state did not get through
 * @param troubles by Pod uid: a problem of its traffic that does not pass by itself
 * @param lastRevisions by instance id: the revision of its last Pod, as far as this process has seen it
 * @param progress since when nothing of the set has moved
 * @param stuckPod the stuck Pod that the stored conditions tell of, if this process wrote them
 * @param lingering a Pod of it that has waited for long
 * @param pending by Pod uid: the intentions that were published last
 */
record CollaSetSnapshot(
        SetSpec set,
        List<PodRecord> pods,
        List<PodRecord> orphans,
        CreationBackoff backoff,
        List<Revision> revisions,
        Set<String> takenNames,
        Set<String> takenPodNames,
        StoredIdentities context,
        Optional<CreationObstacle> obstacle,
        Map<String, TemplateTrial> trials,
        Map<String, Refusal> refusals,
        Map<String, Wait> troubles,
        Map<Integer, String> lastRevisions,
        ProgressRecord progress,
        Optional<StuckPod> stuckPod,
        Optional<LingeringPod> lingering,
        Map<String, Intention> pending,
        Instant now) {

    CollaSetSnapshot {
        pods = List.copyOf(pods);
        revisions = List.copyOf(revisions);
        orphans = List.copyOf(orphans);
        takenNames = Set.copyOf(takenNames);
        trials = Map.copyOf(trials);
        takenPodNames = Set.copyOf(takenPodNames);
        refusals = Map.copyOf(refusals);
        troubles = Map.copyOf(troubles);
        lastRevisions = Map.copyOf(lastRevisions);
        pending = Map.copyOf(pending);
    }

    /**
     * The refusal to tell of is the last: a refusal before a failure; then the one that the stored conditions tell of, so that two Pods
     * that are tried in turn are not named in turn; then the one that was tried most often, because it says most.
     */
    Comparator<Refusal> tellingOrder() {
        return Comparator.comparing((Refusal refusal) -> refusal.result().isRefusal())
                .thenComparing(this::isTold)
                .thenComparing(Refusal::attempts)
                .thenComparing(refusal -> refusal.edit().pod().name(), Comparator.reverseOrder());
    }

    private boolean isTold(Refusal refusal) {
        return set.status().conditions().stream()
                .filter(condition -> SetConditions.STALLED.equals(condition.type()))
                .anyMatch(condition -> Optional.ofNullable(condition.message())
                        .filter(message -> message.contains(beginning(refusal.problem())))
                        .isPresent());
    }

    /** A message of a condition is cut; the beginning of a problem names its Pod. */
    private static String beginning(String problem) {
        return problem.substring(0, Math.min(problem.length(), SetStatus.LONGEST_MESSAGE / 2));
    }
}
