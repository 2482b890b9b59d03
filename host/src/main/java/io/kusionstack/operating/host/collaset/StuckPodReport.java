package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.Condition;
import io.kusionstack.operating.host.model.Conditions;
import io.kusionstack.operating.host.plan.Action;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which conditions of one status tell of the stuck Pod, and whether that is news. Used by one thread, for one status. */
final class StuckPodReport {
    private final Optional<StuckPod> stuckPod;
    private final Set<String> types = new HashSet<>();

    StuckPodReport(Optional<StuckPod> stuckPod) {
        this.stuckPod = stuckPod;
    }

    /** There is no stuck Pod to tell of. */
    static StuckPodReport nothing() {
        return new StuckPodReport(Optional.empty());
    }

    /** The addition to the message of a condition of the type; empty if no Pod is stuck. */
    String addedTo(String type) {
        stuckPod.ifPresent(known -> types.add(type));
        return stuckPod.map(known -> "; " + known.message()).orElse("");
    }

    /** A condition of the type tells of nothing but the stuck Pod. */
    void fills(String type) {
        types.add(type);
    }

    boolean isIn(String type) {
        return types.contains(type);
    }

    /** The stuck Pod if a condition tells of it. */
    Optional<StuckPod> told() {
        return stuckPod.filter(known -> !types.isEmpty());
    }

    /** An event for a stuck Pod that the stored conditions do not tell of. */
    Optional<Action> event(CollaSetSnapshot snapshot, Conditions conditions) {
        return told().filter(known ->
                        snapshot.stuckPod().filter(known::isSameProblem).isEmpty())
                .filter(known -> !isStored(snapshot.set().status().conditions(), conditions.all()))
                .map(known -> known.event(snapshot));
    }

    /** As another process has left it. */
    private boolean isStored(List<Condition> stored, List<Condition> conditions) {
        return conditions.stream()
                .anyMatch(condition -> types.contains(String.valueOf(condition.type())) && stored.contains(condition));
    }
}
