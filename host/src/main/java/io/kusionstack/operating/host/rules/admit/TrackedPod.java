package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Pod as the index counts it.
 *
 * @param budgets the budgets of all rules that count it
 * @param granted true while it has a grant
 * @param slotUntil until when it needs a slot to leave service, if nothing changes; empty if it needs none
 * @param heldBack why it gets no slot in a pass, and holds no place in the queue
 */
record TrackedPod(
        PodRecord pod,
        List<RuleBudget> budgets,
        PodFacts facts,
        boolean granted,
        Optional<Instant> slotUntil,
        Optional<Wait> heldBack) {

    static TrackedPod of(
            PodRecord pod, List<RuleBudget> budgets, PodFacts facts, boolean granted, Optional<Wait> heldBack) {
        boolean free = granted || !facts.counted() || facts.leaving();
        return new TrackedPod(pod, budgets, facts, granted, free ? Optional.empty() : pod.mayServeUntil(), heldBack);
    }

    /** False for a Pod that no rule keeps available: not in the lifecycle, or ended. */
    boolean counted() {
        return facts.counted();
    }

    /** True if it is out of service, or may leave it. */
    boolean out() {
        return counted() && (granted || facts.leaving() || !pod.available());
    }

    /**
     * True if it is out of service and no operation holds it there: broken, never in service, or on its way out of the
     * cluster.
     */
    boolean isDown() {
        return out() && (pod.terminating() || !granted && !facts.leaving() && !isBack());
    }

    /** True if its operation is over and it serves as soon as its readiness gate opens, within a moment. */
    private boolean isBack() {
        return facts.returning() && pod.readyButForOurGate();
    }

    /** True if it is down and is to be deleted, however many Pods its workload wants. */
    boolean isGoing() {
        return isDown() && (pod.terminating() || facts.toDelete());
    }

    /** The uid of the workload that it counts for. */
    Optional<String> workload() {
        return pod.controller().map(Owner::uid);
    }

    /** The cause for which it counts as out of service; only for a Pod that does. */
    String absence() {
        if (pod.terminating()) {
            return "being deleted";
        }
        if (granted || facts.leaving()) {
            return "leaving";
        }
        return pod.ready() ? "Ready and not in service" : "not ready";
    }

    /** True if an obstacle that no record of the Pod shows keeps it from going on. */
    boolean hasObstacle() {
        return heldBack.filter(wait -> wait.reason() != Reason.REFUSED_BY_SERVER)
                .isPresent();
    }

    /** The slot that it needs to leave service. */
    RuleSnapshot.SlotNeed slotNeed(Instant now) {
        if (slotUntil.filter(now::isBefore).isEmpty()) {
            return RuleSnapshot.SlotNeed.OUT;
        }
        return out() ? RuleSnapshot.SlotNeed.MAY_RETURN : RuleSnapshot.SlotNeed.IN_SERVICE;
    }

    /** Its place among those that wait for a slot. */
    Optional<PodFacts.QueuePosition> queued() {
        return slotUntil.isPresent() && heldBack.isEmpty() ? facts.place(Stage.PRE_CHECK) : Optional.empty();
    }

    /** Generation by uid of the rules that select it: under others a grant is worth nothing. */
    Map<String, Long> generations() {
        Map<String, Long> generations = new HashMap<>();
        budgets.forEach(
                budget -> generations.put(budget.spec().uid(), budget.spec().generation()));
        return generations;
    }

    /** True if it is at PreCheck or PostCheck. */
    boolean inStage() {
        return counted() && facts.isInStage();
    }
}
