package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Reason;
import java.time.Duration;
import java.util.Optional;

/**
 * A Pod that cannot go on by itself, as users are told.
 *
 * @param reason for conditions and events
 * @param pod the name of the Pod; empty if the problem is of several Pods, or if the Pod is not known any more
 * @param problem the same text as long as the problem is the same
 * @param details the problem in the words of the kubelet or a plugin, which may change from moment to moment; may be empty
 * @param lacksImage true if the details tell which image cannot be had
 * @param patience for how long nothing of the set may move before a user has to act; empty if no user has to
 */
record StuckPod(
        String reason, String pod, String problem, String details, boolean lacksImage, Optional<Duration> patience) {
    static final String REASON = Reason.POD_STUCK.word();
    private static final Duration STARTING = Duration.ofMinutes(1);

    /** True if a person has to act, because nothing else of the set has moved for long. */
    boolean stalls(CollaSetSnapshot snapshot, SetPods setPods) {
        ProgressRecord progress = snapshot.progress();
        return patience.filter(least -> progress.lasts(ProgressRecord.LONG, snapshot.now())
                        || progress.lasts(least, snapshot.now())
                                && setPods.podsOfSet().stream().noneMatch(setPod -> isMoving(setPod, snapshot)))
                .isPresent();
    }

    /** The Pod drains, is updated, or starts. */
    private static boolean isMoving(SetPod setPod, CollaSetSnapshot snapshot) {
        return !setPod.pod().available()
                && !setPod.pod().hasLabel(Names.STAY_OFFLINE)
                && !snapshot.troubles().containsKey(setPod.uid())
                && StuckPodSearch.problemOf(setPod.pod(), snapshot.now()).isEmpty()
                && (PodOps.hasLeftPreCheck(setPod.pod())
                        || setPod.pod().created().plus(STARTING).isAfter(snapshot.now()));
    }

    boolean isSameProblem(StuckPod other) {
        return reason.equals(other.reason) && problem.equals(other.problem);
    }

    /**
     * A node describes the same problem in changing words: the details told before stay, unless the new ones name an image that
     * cannot be had.
     */
    StuckPod steadied(Optional<StuckPod> told) {
        boolean better = lacksImage && told.filter(StuckPod::lacksImage).isEmpty();
        return told.filter(before -> isSameProblem(before) && !before.details.isEmpty() && !better)
                .map(before -> new StuckPod(reason, pod, problem, before.details, before.lacksImage, patience))
                .orElse(this);
    }

    String message() {
        return details.isEmpty() ? problem : problem + ": " + details;
    }

    Action event(CollaSetSnapshot snapshot) {
        return new Action.Announce(snapshot.set().ref(), Action.Severity.WARNING, reason, message());
    }
}
