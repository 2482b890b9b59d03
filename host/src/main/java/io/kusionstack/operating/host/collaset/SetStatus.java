package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.CollaSetStatus;
import io.kusionstack.operating.host.model.Condition;
import io.kusionstack.operating.host.model.Conditions;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Selector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The status of a set: counters and conditions, written only where they differ from those that are stored. */
final class SetStatus {
    static final String TERMINATING = "Terminating";
    static final int LONGEST_MESSAGE = 1024;
    private static final String ASSUMED_VALUES = "AssumedValues";

    private SetStatus() {}

    /** The status of a set, and an event for each new problem. */
    static StatusPlan write(CollaSetSnapshot snapshot, RevisionHistory history, SetPods setPods, PlannedSteps planned) {
        SetSpec set = snapshot.set();
        Counters counters = Counters.of(setPods, history.updated().name());
        Named named = new Named(
                set.generation(),
                current(set, history, setPods, isComplete(set, counters)),
                history.updated().name(),
                history.collisions());
        Conditions conditions = conditions(snapshot, setPods);
        StatusPlan told = SetConditions.set(conditions, snapshot, setPods, planned, counters);
        List<Action> actions = new ArrayList<>();
        write(set, counted(snapshot, setPods, counters, named, conditions.all()))
                .ifPresent(actions::add);
        actions.addAll(told.actions());
        return new StatusPlan(actions, told.stuckPod());
    }

    /**
     * Only a revision that is complete takes the place of the one that was complete last, also where the object of that is gone. Where no
     * name is stored, the labels of the Pods tell it.
     */
    private static String current(SetSpec set, RevisionHistory history, SetPods setPods, boolean complete) {
        if (complete) {
            return history.updated().name();
        }
        return set.currentRevision().isEmpty()
                ? carried(setPods, history.updated().name())
                        .orElse(history.current().name())
                : set.currentRevision();
    }

    /** The revision that the most Pods carry by label, the updated one if they carry no other; of several the first by name. */
    private static Optional<String> carried(SetPods setPods, String updated) {
        SortedMap<String, Integer> pods = new TreeMap<>();
        setPods.podsOfSet().stream()
                .map(SetPod::revision)
                .filter(revision -> !revision.isEmpty())
                .forEach(revision -> pods.merge(revision, 1, Integer::sum));
        return pods.entrySet().stream()
                .max(Comparator.comparing((Map.Entry<String, Integer> entry) ->
                                !entry.getKey().equals(updated))
                        .thenComparing(Map.Entry.comparingByValue())
                        .thenComparing(
                                Map.Entry.<String, Integer>comparingByKey().reversed()))
                .map(Map.Entry::getKey);
    }

    /** A set without Pods runs no revision, and one that is held back is complete by accident only. */
    private static boolean isComplete(SetSpec set, Counters counters) {
        return set.rollout().reachesAll()
                && counters.replicas() > 0
                && counters.updatedReady() >= set.replicas()
                && counters.replicas() == counters.updated();
    }

    /** The status of a set whose spec is wrong: nothing is done for it, and this says why. */
    static Optional<Action> invalid(CollaSetSnapshot snapshot) {
        SetPods setPods = SetPods.of(snapshot);
        Conditions conditions = conditions(snapshot, setPods);
        String problems = String.join("; ", snapshot.set().problems());
        conditions.set(SetConditions.STALLED, true, "InvalidSpec", problems);
        conditions.set(SetConditions.PROGRESSING, false, "InvalidSpec", "spec has to be corrected first");
        return write(snapshot.set(), observed(snapshot, setPods, conditions));
    }

    /**
     * The status of a set for which nothing can be done, because its intent cannot be stored: its counters are those of the generation
     * before.
     */
    static Optional<Action> stalled(CollaSetSnapshot snapshot, String reason, String message) {
        SetPods setPods = SetPods.of(snapshot);
        Conditions conditions = conditions(snapshot, setPods);
        conditions.set(SetConditions.STALLED, true, reason, message);
        int wanted = snapshot.set().replicas();
        if (setPods.podsOfSet().size() == wanted) {
            SetConditions.scaled(conditions, wanted);
        } else {
            conditions.set(SetConditions.SCALE, false, reason, message);
        }
        conditions.set(SetConditions.UPDATE, false, reason, message);
        conditions.set(SetConditions.PROGRESSING, false, reason, message);
        SetConditions.available(conditions, serving(setPods), wanted, StuckPodReport.nothing());
        CollaSetStatus known = snapshot.set().status();
        return write(snapshot.set(), observed(snapshot, setPods, conditions, known.observedGeneration()));
    }

    private static long serving(SetPods setPods) {
        return setPods.podsOfSet().stream()
                .filter(setPod -> setPod.pod().available())
                .count();
    }

    /** The status of a set that waits for its Pods to be gone, and an event for a Pod that is stuck. */
    static StatusPlan terminating(CollaSetSnapshot snapshot, SetPods setPods, RefusedWrites refusedWrites) {
        Conditions conditions = conditions(snapshot, setPods);
        Optional<StuckPod> stuckPod = StuckPodSearch.inDeleted(snapshot, setPods);
        StuckPodReport report = new StuckPodReport(stuckPod);
        conditions.set(TERMINATING, false, "ReclaimingTargetsDeletion", "waiting for all Pod deleted");
        refusedWrites
                .trouble()
                .ifPresentOrElse(
                        problem -> conditions.set(SetConditions.STALLED, true, Reason.DELETION_FAILED.word(), problem),
                        () -> SetConditions.stalledByPods(
                                conditions,
                                RefusedWrites.told(snapshot, "", () -> UpdateScope.RestingPods.NONE),
                                stuckPod.filter(each -> each.stalls(snapshot, setPods)),
                                report));
        if (conditions.isTrue(SetConditions.STALLED)) {
            SetConditions.notProgressing(conditions);
        } else {
            conditions.set(
                    SetConditions.PROGRESSING,
                    true,
                    "Terminating",
                    "Pods are leaving through their lifecycle" + report.addedTo(SetConditions.PROGRESSING));
        }
        conditions.remove(SetConditions.SCALE);
        conditions.remove(SetConditions.UPDATE);
        SetConditions.available(conditions, serving(setPods), snapshot.set().replicas(), report);
        List<Action> actions = new ArrayList<>();
        write(snapshot.set(), observed(snapshot, setPods, conditions)).ifPresent(actions::add);
        report.event(snapshot, conditions).ifPresent(actions::add);
        return new StatusPlan(actions, report.told());
    }

    static ObjectRef pod(PodRecord pod) {
        return new ObjectRef(ObjectKind.POD, pod.namespace(), pod.name(), pod.uid());
    }

    private static Conditions conditions(CollaSetSnapshot snapshot, SetPods setPods) {
        Conditions conditions =
                Conditions.changing(snapshot.set().status().conditions(), snapshot.now(), LONGEST_MESSAGE);
        Orphans.warning(snapshot).tell(conditions);
        DuplicateIds.warning(snapshot).tell(conditions);
        IgnoredFields.tell(snapshot, setPods, conditions);
        if (snapshot.set().assumed().isEmpty()) {
            conditions.remove(ASSUMED_VALUES);
        } else {
            String assumed = String.join("; ", snapshot.set().assumed());
            conditions.set(ASSUMED_VALUES, true, "UnknownValue", assumed);
        }
        return conditions;
    }

    private static CollaSetStatus observed(CollaSetSnapshot snapshot, SetPods setPods, Conditions conditions) {
        return observed(snapshot, setPods, conditions, snapshot.set().generation());
    }

    private static CollaSetStatus observed(
            CollaSetSnapshot snapshot, SetPods setPods, Conditions conditions, @Nullable Long generation) {
        CollaSetStatus seen = snapshot.set().status();
        Counters counters = Counters.of(setPods, Objects.requireNonNullElse(seen.updatedRevision(), ""));
        Named named = new Named(
                generation,
                seen.currentRevision(),
                seen.updatedRevision(),
                snapshot.set().collisions());
        return counted(snapshot, setPods, counters, named, conditions.all());
    }

    /** The generation that a status speaks of, the revisions it names, and how often the name of one was taken. */
    private record Named(
            @Nullable Long generation,
            @Nullable String current,
            @Nullable String updated,
            int collisions) {}

    private static CollaSetStatus counted(
            CollaSetSnapshot snapshot,
            SetPods setPods,
            Counters counters,
            Named revisions,
            List<Condition> conditions) {
        return new CollaSetStatus(
                revisions.generation,
                revisions.current,
                revisions.updated,
                revisions.collisions,
                counters.replicas(),
                counters.scheduled(),
                counters.ready(),
                counters.available(),
                counters.updated(),
                counters.updatedReady(),
                counters.updatedAvailable(),
                counters.operating(),
                setPods.terminating().size(),
                snapshot.set().selector().map(Selector::toString).orElse(null),
                conditions);
    }

    private static Optional<Action> write(SetSpec set, CollaSetStatus wanted) {
        return wanted.equals(set.status())
                ? Optional.empty()
                : Optional.of(Action.WriteStatus.of(
                        set.ref(),
                        set.resourceVersion(),
                        tree(wanted),
                        set.generation(),
                        Conditions.json(set.status().conditions())));
    }

    private static ObjectNode tree(CollaSetStatus status) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        if (status.observedGeneration() != null) {
            tree.put("observedGeneration", status.observedGeneration());
        }
        put(tree, "currentRevision", status.currentRevision());
        put(tree, "updatedRevision", status.updatedRevision());
        tree.put("collisionCount", status.collisionCount());
        tree.put("replicas", status.replicas());
        tree.put("scheduledReplicas", status.scheduledReplicas());
        tree.put("readyReplicas", status.readyReplicas());
        tree.put("availableReplicas", status.availableReplicas());
        tree.put("updatedReplicas", status.updatedReplicas());
        tree.put("updatedReadyReplicas", status.updatedReadyReplicas());
        tree.put("updatedAvailableReplicas", status.updatedAvailableReplicas());
        tree.put("operatingReplicas", status.operatingReplicas());
        tree.put("terminatingReplicas", status.terminatingReplicas());
        put(tree, "selector", status.selector());
        tree.set("conditions", Conditions.json(status.conditions()));
        return tree;
    }

    private static void put(ObjectNode tree, String field, @Nullable String value) {
        if (value != null) {
            tree.put(field, value);
        }
    }
}
