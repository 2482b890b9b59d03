package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kube.Refusal;
import io.kusionstack.operating.host.model.CollaSetStatus;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Selector;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a set tells of itself: counters and conditions, written only where they differ from what stands there. */
final class SetStatus {
    private static final String SCALE = "Scale";
    private static final String UPDATE = "Update";
    static final String TERMINATING = "Terminating";
    private static final String PROGRESSING = "Progressing";
    private static final String AVAILABLE = "Available";
    private static final String STALLED = "Stalled";
    private static final String IGNORED_FIELDS = "IgnoredFields";
    private static final String PAUSED = "Paused";
    private static final String POD_SCHEDULED = "PodScheduled";

    private SetStatus() {}

    /** How planning went. */
    record Course(Step scale, Step update, Clearance clearance) {}

    /** The status of a set that is looked after. */
    static Optional<Action> write(CollaSetSnapshot snapshot, Revisions.History history, Roster roster, Course course) {
        SetSpec set = snapshot.set();
        Counters counters = Counters.of(roster, history.updated().name());
        boolean updated = counters.updatedReady >= set.replicas() && counters.replicas == counters.updated;
        Named named = new Named(
                updated ? history.updated().name() : history.current().name(),
                history.updated().name(),
                history.collisions());
        List<CollaSetStatus.Condition> conditions = conditions(snapshot, roster, course, counters);
        return write(set, counted(snapshot, roster, counters, named, conditions));
    }

    /** The status of a set whose spec is wrong: nothing is done for it, and this says why. */
    static Optional<Action> invalid(CollaSetSnapshot snapshot) {
        Conditions conditions = conditions(snapshot);
        String problems = String.join("; ", snapshot.set().problems());
        conditions.set(STALLED, true, "InvalidSpec", problems);
        conditions.set(PROGRESSING, false, "InvalidSpec", "spec has to be corrected first");
        return write(snapshot.set(), observed(snapshot, conditions));
    }

    /** The status of a set for which nothing can be done, since what has to be stored first is not taken. */
    static Optional<Action> stalled(CollaSetSnapshot snapshot, String reason, String message) {
        Conditions conditions = conditions(snapshot);
        conditions.set(STALLED, true, reason, message);
        return write(snapshot.set(), observed(snapshot, conditions));
    }

    /** The status of a set that waits for its Pods to be gone. */
    static Optional<Action> terminating(CollaSetSnapshot snapshot) {
        Conditions conditions = conditions(snapshot);
        conditions.set(TERMINATING, false, "ReclaimingTargetsDeletion", "waiting for all Pod deleted");
        conditions.set(PROGRESSING, true, "Terminating", "Pods are leaving through their lifecycle");
        stalledBySetback(snapshot, conditions);
        return write(snapshot.set(), observed(snapshot, conditions));
    }

    static ObjectRef pod(PodRecord pod) {
        return new ObjectRef(ObjectKind.POD, pod.namespace(), pod.name(), pod.uid());
    }

    private static List<CollaSetStatus.Condition> conditions(
            CollaSetSnapshot snapshot, Roster roster, Course course, Counters counters) {
        Conditions conditions = conditions(snapshot);
        boolean scaled = roster.members().size() == snapshot.set().replicas()
                && !course.scale().busy();
        if (!course.scale().trouble().isEmpty()) {
            conditions.set(SCALE, false, "ScaleOutFailed", course.scale().trouble());
        } else if (scaled) {
            conditions.set(SCALE, true, "Scaled", "");
        }
        String reason =
                course.clearance().withheld().map(why -> why.reason().word()).orElse("UpdateFailed");
        boolean updated = !course.update().busy();
        int outdated = counters.replicas - counters.updated;
        if (!course.update().trouble().isEmpty()) {
            conditions.set(UPDATE, false, reason, course.update().trouble());
        } else if (outdated > 0 && isPaused(snapshot)) {
            conditions.set(UPDATE, false, PAUSED, paused(outdated));
        } else if (updated && scaled) {
            conditions.set(UPDATE, true, "Updated", "");
        }
        if (!scaled || !updated) {
            conditions.set(PROGRESSING, true, scaled ? "Updating" : "Scaling", "");
        } else if (outdated > 0 && isPaused(snapshot)) {
            conditions.set(PROGRESSING, false, PAUSED, paused(outdated));
        } else {
            conditions.set(PROGRESSING, false, "Complete", "");
        }
        boolean available = counters.available >= snapshot.set().replicas();
        conditions.set(AVAILABLE, available, available ? "AllReplicasAvailable" : "ReplicasUnavailable", "");
        if (!course.scale().trouble().isEmpty()) {
            conditions.set(STALLED, true, "ScaleOutFailed", course.scale().trouble());
        } else if (!course.update().trouble().isEmpty()) {
            conditions.set(STALLED, true, reason, course.update().trouble());
        } else {
            stalledBySetback(snapshot, conditions);
        }
        return conditions.all();
    }

    /** A write of a Pod that does not get through, whatever it was for. */
    private static void stalledBySetback(CollaSetSnapshot snapshot, Conditions conditions) {
        Optional<Refusal> setback = snapshot.setback();
        setback.ifPresentOrElse(
                known -> conditions.set(STALLED, true, known.fate().reason().word(), known.sentence()),
                () -> conditions.remove(STALLED));
    }

    private static boolean isPaused(CollaSetSnapshot snapshot) {
        return snapshot.set().rollout() instanceof SetSpec.Rollout.Paused;
    }

    private static String paused(int outdated) {
        return outdated + " Pods are not at the newest revision; spec.paused holds their update";
    }

    private static Conditions conditions(CollaSetSnapshot snapshot) {
        Conditions conditions = new Conditions(snapshot.set().status().conditions(), snapshot.now());
        Orphans.tell(snapshot, conditions);
        List<String> ignored = snapshot.set().ignored();
        if (ignored.isEmpty()) {
            conditions.remove(IGNORED_FIELDS);
        } else {
            conditions.set(IGNORED_FIELDS, true, "NotOffered", String.join("; ", ignored));
        }
        return conditions;
    }

    private static CollaSetStatus observed(CollaSetSnapshot snapshot, Conditions conditions) {
        CollaSetStatus seen = snapshot.set().status();
        Roster roster = Roster.of(snapshot);
        Counters counters = Counters.of(roster, Objects.requireNonNullElse(seen.updatedRevision(), ""));
        Named named = new Named(
                seen.currentRevision(), seen.updatedRevision(), snapshot.set().collisions());
        return counted(snapshot, roster, counters, named, conditions.all());
    }

    /** The revisions a status names, and how often the name of one was taken. */
    private record Named(@Nullable String current, @Nullable String updated, int collisions) {}

    private static CollaSetStatus counted(
            CollaSetSnapshot snapshot,
            Roster roster,
            Counters counters,
            Named revisions,
            List<CollaSetStatus.Condition> conditions) {
        return new CollaSetStatus(
                snapshot.set().generation(),
                revisions.current,
                revisions.updated,
                revisions.collisions,
                counters.replicas,
                counters.scheduled,
                counters.ready,
                counters.available,
                counters.updated,
                counters.updatedReady,
                counters.updatedAvailable,
                counters.operating,
                roster.terminating().size(),
                snapshot.set().selector().map(Selector::toString).orElse(null),
                conditions);
    }

    private static Optional<Action> write(SetSpec set, CollaSetStatus wanted) {
        return wanted.equals(set.status())
                ? Optional.empty()
                : Optional.of(new Action.WriteStatus(set.ref(), set.resourceVersion(), tree(wanted)));
    }

    private static ObjectNode tree(CollaSetStatus status) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("observedGeneration", status.observedGeneration());
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
        ArrayNode conditions = tree.putArray("conditions");
        for (CollaSetStatus.Condition condition : status.conditions()) {
            ObjectNode each = conditions.addObject();
            put(each, "type", condition.type());
            put(each, "status", condition.status());
            put(each, "lastTransitionTime", condition.lastTransitionTime());
            put(each, "reason", condition.reason());
            put(each, "message", condition.message());
        }
        return tree;
    }

    private static void put(ObjectNode tree, String field, @Nullable String value) {
        if (value != null) {
            tree.put(field, value);
        }
    }

    /** How many Pods are how far. */
    private record Counters(
            int replicas,
            int scheduled,
            int ready,
            int available,
            int updated,
            int updatedReady,
            int updatedAvailable,
            int operating) {
        static Counters of(Roster roster, String updatedRevision) {
            int scheduled = 0;
            int ready = 0;
            int available = 0;
            int updated = 0;
            int updatedReady = 0;
            int updatedAvailable = 0;
            int operating = 0;
            for (Member member : roster.members()) {
                boolean onUpdated = member.revision().equals(updatedRevision);
                boolean serves = member.pod().available();
                scheduled += member.pod()
                                .condition(POD_SCHEDULED)
                                .filter(PodCondition::isTrue)
                                .isPresent()
                        ? 1
                        : 0;
                ready += member.ready() ? 1 : 0;
                available += serves ? 1 : 0;
                updated += onUpdated ? 1 : 0;
                updatedReady += onUpdated && member.ready() ? 1 : 0;
                updatedAvailable += onUpdated && serves ? 1 : 0;
                operating += member.updating() || member.scalingIn() ? 1 : 0;
            }
            return new Counters(
                    roster.members().size(),
                    scheduled,
                    ready,
                    available,
                    updated,
                    updatedReady,
                    updatedAvailable,
                    operating);
        }
    }
}
