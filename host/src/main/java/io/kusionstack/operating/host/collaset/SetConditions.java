package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.Conditions;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The conditions of a set that is looked after, computed from its Pods. */
final class SetConditions {
    static final String STALLED = "Stalled";
    static final String PROGRESSING = "Progressing";
    static final String SCALE = "Scale";
    static final String UPDATE = "Update";
    private static final String AVAILABLE = "Available";
    private static final String PAUSED = Reason.PAUSED.word();

    private final Conditions conditions;
    private final CollaSetSnapshot snapshot;
    private final PlannedSteps planned;
    private final Counters counters;
    private final Optional<StuckPod> stuckPod;
    private final StuckPodReport report;
    private final boolean stalls;
    private final int wanted;

    private SetConditions(
            Conditions conditions,
            CollaSetSnapshot snapshot,
            SetPods setPods,
            PlannedSteps planned,
            Counters counters) {
        this.conditions = conditions;
        this.snapshot = snapshot;
        this.stuckPod = StuckPodSearch.in(snapshot, setPods);
        this.report = new StuckPodReport(stuckPod);
        this.stalls = stuckPod.filter(each -> each.stalls(snapshot, setPods)).isPresent();
        this.planned = planned;
        this.counters = counters;
        this.wanted = snapshot.set().replicas();
    }

    /** @return an event for each trouble that the stored conditions do not tell of */
    static StatusPlan set(
            Conditions conditions,
            CollaSetSnapshot snapshot,
            SetPods setPods,
            PlannedSteps planned,
            Counters counters) {
        return new SetConditions(conditions, snapshot, setPods, planned, counters).setAll();
    }

    private StatusPlan setAll() {
        String stalledBefore = conditions.message(STALLED);
        scale();
        update();
        available();
        stalled();
        progressing();
        List<Action> events = new ArrayList<>();
        String stalled = conditions.message(STALLED);
        if (conditions.isTrue(STALLED) && !report.isIn(STALLED) && !isTold(stalled, stalledBefore)) {
            events.add(warning(conditions.reason(STALLED), stalled));
        }
        report.event(snapshot, conditions).ifPresent(events::add);
        return new StatusPlan(events, report.told());
    }

    /** The stored message tells of the same problem; the time of the next try may have changed. */
    private boolean isTold(String stalled, String stalledBefore) {
        return planned.refused()
                .filter(refused -> refused.sentence().equals(stalled))
                .map(refused -> stalledBefore.startsWith(refused.problem()))
                .orElse(stalledBefore.equals(stalled));
    }

    private Action warning(String reason, String message) {
        return new Action.Announce(snapshot.set().ref(), Action.Severity.WARNING, reason, message);
    }

    private void scale() {
        if (!planned.scale().trouble().isEmpty()) {
            conditions.set(SCALE, false, scaleFailed(), planned.scale().trouble());
        } else {
            conditions.set(
                    SCALE,
                    isScaled(),
                    isScaled() ? "Scaled" : "Scaling",
                    existing() + (isScaled() ? "" : toBeDeleted() + report.addedTo(SCALE)));
        }
    }

    private String scaleFailed() {
        Reason ofDeletion = counters.replicas() > wanted ? Reason.SCALE_IN_FAILED : Reason.DELETION_FAILED;
        Reason reason = planned.scale().deletionRefused() ? ofDeletion : Reason.SCALE_OUT_FAILED;
        return reason.word();
    }

    /** All Pods exist, even if something else is wrong. */
    static void scaled(Conditions conditions, int wanted) {
        conditions.set(SCALE, true, "Scaled", existing(wanted, wanted));
    }

    private void update() {
        if (!trouble().isEmpty()) {
            conditions.set(UPDATE, false, reason(), trouble());
        } else if (counters.replicas() == 0) {
            conditions.set(UPDATE, false, "NoPods", "no Pod of the set exists");
        } else if (isPaused()) {
            conditions.set(UPDATE, false, PAUSED, paused());
        } else {
            boolean updated = reach().isComplete() && !planned.update().busy() && counters.replicas() >= wanted;
            String reason = updated ? "Updated" : stuckPod.map(StuckPod::reason).orElse("Updating");
            conditions.set(UPDATE, updated, reason, updated() + (updated ? "" : missing() + report.addedTo(UPDATE)));
        }
    }

    /** A stalled set makes no progress for the same reason. */
    static void notProgressing(Conditions conditions) {
        conditions.set(PROGRESSING, false, conditions.reason(STALLED), conditions.message(STALLED));
    }

    private void progressing() {
        if (conditions.isTrue(STALLED)) {
            notProgressing(conditions);
        } else if (!isScaled()) {
            conditions.set(PROGRESSING, true, "Scaling", existing() + report.addedTo(PROGRESSING));
        } else if (planned.update().busy()) {
            conditions.set(PROGRESSING, true, "Updating", updated() + report.addedTo(PROGRESSING));
        } else if (isPaused()) {
            conditions.set(PROGRESSING, false, PAUSED, paused());
        } else if (counters.available() < counters.replicas()) {
            String reason = stuckPod.map(StuckPod::reason).orElse("WaitingForPods");
            conditions.set(PROGRESSING, stuckPod.isEmpty(), reason, serving() + report.addedTo(PROGRESSING));
        } else {
            conditions.set(PROGRESSING, false, "Complete", serving());
        }
    }

    private void available() {
        available(conditions, counters.available(), wanted, report);
    }

    /** @param report added if Pods are missing */
    static void available(Conditions conditions, long serving, int wanted, StuckPodReport report) {
        boolean all = serving >= wanted;
        String reason = all ? "AllReplicasAvailable" : "ReplicasUnavailable";
        conditions.set(AVAILABLE, all, reason, serving(serving, wanted) + (all ? "" : report.addedTo(AVAILABLE)));
    }

    private void stalled() {
        String failed = planned.scale().trouble();
        if (!failed.isEmpty()) {
            conditions.set(STALLED, true, scaleFailed(), failed);
        } else if (!trouble().isEmpty()) {
            conditions.set(STALLED, true, reason(), trouble());
        } else {
            stalledByPods(conditions, planned.refused(), stuckPod.filter(each -> stalls), report);
        }
    }

    /**
     * By a write of a Pod that does not get through, unless it is a deletion; or by a Pod that is stuck while nothing moves.
     *
     * @param stalling the stuck Pod, if the set stalls by it
     */
    static void stalledByPods(
            Conditions conditions, Optional<Refusal> refused, Optional<StuckPod> stalling, StuckPodReport report) {
        if (refused.isPresent()) {
            conditions.set(
                    STALLED,
                    true,
                    refused.get().result().cause().reason().word(),
                    refused.get().sentence());
        } else if (stalling.isPresent()) {
            report.fills(STALLED);
            conditions.set(
                    STALLED, true, stalling.get().reason(), stalling.get().message());
        } else {
            conditions.remove(STALLED);
        }
    }

    private String trouble() {
        return planned.update().trouble();
    }

    private String reason() {
        return planned.clearance().withheld().map(why -> why.reason().word()).orElse(Reason.UPDATE_FAILED.word());
    }

    private UpdateProgress reach() {
        return planned.update().reach();
    }

    private boolean isScaled() {
        return counters.replicas() == wanted && !planned.scale().busy();
    }

    /** True if the pause holds back a Pod. */
    private boolean isPaused() {
        return counters.replicas() > counters.updated() && snapshot.set().rollout() instanceof Rollout.Paused;
    }

    private String paused() {
        return counters.replicas() - counters.updated()
                + " Pods are not at the newest revision; spec.paused holds their update";
    }

    private String existing() {
        return existing(counters.replicas(), wanted);
    }

    private static String existing(int pods, int wanted) {
        return pods + " of " + wanted + " Pods exist";
    }

    private String toBeDeleted() {
        return counters.replicas() == wanted ? "; one that is to be deleted is still there" : "";
    }

    private String serving() {
        return serving(counters.available(), wanted);
    }

    private static String serving(long serving, int wanted) {
        return serving + " of " + wanted + " Pods serve";
    }

    private String updated() {
        int held = counters.replicas() - counters.updated() - (reach().pods() - reach().updated());
        String rest = held > 0 ? "; " + held + " others are not in scope" : "";
        return reach().serving() + " of " + reach().pods() + " Pods in scope run the newest revision and serve" + rest;
    }

    private String missing() {
        return counters.replicas() < wanted ? "; " + existing() : "";
    }
}
