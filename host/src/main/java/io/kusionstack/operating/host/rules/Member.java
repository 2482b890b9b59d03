package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.RuleSnapshot.Leave;
import io.kusionstack.operating.host.rules.Standing.Place;
import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Pod as it was counted.
 *
 * @param tallies of all rules that select it
 * @param granted it was told that it may leave service
 * @param slotUntil until when it takes a slot before it leaves, though nothing happens; empty for one that takes none
 * @param aside why it gets no slot of its own accord, and holds no place in the queue
 */
record Member(
        PodRecord pod,
        List<Tally> tallies,
        Standing standing,
        boolean granted,
        Optional<Instant> slotUntil,
        Optional<Wait> aside) {

    static Member of(PodRecord pod, List<Tally> tallies, Standing standing, boolean granted, Optional<Wait> aside) {
        boolean free = granted || !standing.counted() || standing.leaving();
        return new Member(pod, tallies, standing, granted, free ? Optional.empty() : pod.mayServeUntil(), aside);
    }

    /** False for a Pod that no rule keeps available: not in the lifecycle, or ended. */
    boolean counted() {
        return standing.counted();
    }

    /** It is out of service, or may leave it. */
    boolean out() {
        return counted() && (granted || standing.leaving() || !pod.available());
    }

    /** Out of service, and no operation holds it there: broken, never in service, or on its way out of the cluster. */
    boolean isDown() {
        return out() && (pod.terminating() || !granted && !standing.leaving() && !isBack());
    }

    /** An operation is over and all that it takes to serve is the word of others, which comes within a moment. */
    private boolean isBack() {
        return standing.returning() && pod.readyButForOurGate();
    }

    /** Down, and on its way out of the cluster for good: whatever its workload wants, it does not stay. */
    boolean isGoing() {
        return isDown() && (pod.terminating() || standing.toDelete());
    }

    /** The uid of the workload that it counts for. */
    Optional<String> workload() {
        return pod.controller().map(Owner::uid);
    }

    /** Why it counts as out of service, for one that does. */
    String absence() {
        if (pod.terminating()) {
            return "being deleted";
        }
        if (granted || standing.leaving()) {
            return "leaving";
        }
        return pod.ready() ? "Ready and not in service" : "not ready";
    }

    /** Something that no record of the Pod shows keeps it from going on. */
    boolean isHindered() {
        return aside.filter(wait -> wait.reason() != Reason.REFUSED_BY_SERVER).isPresent();
    }

    /** How it stands to a budget when it wants to leave service. */
    Leave leave(Instant now) {
        if (slotUntil.filter(now::isBefore).isEmpty()) {
            return Leave.OUT;
        }
        return out() ? Leave.MAY_RETURN : Leave.IN_SERVICE;
    }

    /** Its place among those that wait for a slot. */
    Optional<Place> queued() {
        return slotUntil.isPresent() && aside.isEmpty() ? standing.place(Stage.PRE_CHECK) : Optional.empty();
    }

    /** Generation by uid of the rules that select it: under others a grant is worth nothing. */
    Map<String, Long> generations() {
        Map<String, Long> generations = new HashMap<>();
        tallies.forEach(
                tally -> generations.put(tally.spec().uid(), tally.spec().generation()));
        return generations;
    }

    /** It stands at PreCheck or PostCheck. */
    boolean inStage() {
        return counted() && standing.isInStage();
    }
}
