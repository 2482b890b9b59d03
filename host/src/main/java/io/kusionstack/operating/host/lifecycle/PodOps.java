package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.LastPodStatus;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.plugin.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Operations on Pods: what the lifecycle labels mean, and how to begin, finish and give up an operation. The one door of
 * this room; no other room needs to know a lifecycle label. An operation is known by an id, unique on its Pod, and has a
 * type, which transition rules and traffic see. Pure; any thread.
 *
 * <pre>{@code
 * PodEdit edit = PodOps.begin(pod, "collaset", "update", now);      // asks
 * switch (PodOps.allowed(pod, "collaset", "update", delay, now)) {
 *     case PodOps.Allowance.No no -> {}                              // traffic is not off yet, or a rule says no
 *     case PodOps.Allowance.Later later -> lookAgain(later.after());
 *     case PodOps.Allowance.Now go -> touch(pod);
 * }
 * PodEdit done = PodOps.finish(pod, "collaset");                     // traffic comes back
 * }</pre>
 *
 * <p>All edits pass the {@link io.kusionstack.operating.host.plan.PodGate} on their way to the server, which advances the
 * operation as far as it goes and keeps the labels consistent.
 */
public final class PodOps {
    private PodOps() {}

    /** How far an operation is. */
    public enum Phase {
        PRE_CHECK("PreCheck"),
        PREPARING("Preparing"),
        OPERATING("Operating"),
        POST_CHECK("PostCheck"),
        COMPLETING("Completing");

        private final String word;

        Phase(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /**
     * One operation on a Pod.
     *
     * @param type empty while the labels don't say it
     * @param since when it entered the phase, by the time stamp of the label; empty where the value is not a time
     */
    public record Operation(String id, String type, Phase phase, Optional<Instant> since) {
        /** True once the rules let it pass. */
        public boolean hasLeftPreCheck() {
            return phase != Phase.PRE_CHECK;
        }

        /** True of the operations with which sets work, by whichever controller of the kind. */
        public boolean isOfASet() {
            return id.equals(Names.COLLASET_OPERATION) || id.equals(Names.POD_DELETE_OPERATION);
        }
    }

    /** May an operation touch its Pod? */
    public sealed interface Allowance {
        record Now() implements Allowance {}

        /** Only the delay asked for is missing. */
        record Later(Duration after) implements Allowance {}

        record No() implements Allowance {}
    }

    /** The operations by id, each in its state. */
    static SortedMap<String, OperationState> decode(Map<String, String> labels) {
        LifecycleLabels found = LifecycleLabels.of(labels);
        return found.ops(found, Instant.MIN);
    }

    /** The operations on the Pod by id; labels that belong to no living operation are left out. */
    public static SortedMap<String, Operation> operations(PodRecord pod) {
        LifecycleLabels labels = LifecycleLabels.of(pod.labels());
        SortedMap<String, Operation> operations = new TreeMap<>();
        labels.ops(labels, pod.created())
                .values()
                .forEach(op -> operation(op, labels).ifPresent(operation -> operations.put(op.id(), operation)));
        return operations;
    }

    public static Optional<Operation> operation(PodRecord pod, String id) {
        return Optional.ofNullable(operations(pod).get(id));
    }

    /** True from begin to finish or undo: this id is at work with this type. */
    public static boolean isDuring(PodRecord pod, String id, String type) {
        return pod.hasLabel(LifecycleLabel.OPERATING.key(id))
                && pod.label(LifecycleLabel.OPERATION_TYPE.key(id))
                        .filter(type::equals)
                        .isPresent()
                && !pod.hasLabel(LifecycleLabel.UNDO_OPERATION_TYPE.key(id));
    }

    /**
     * The round of the operation: the value of its {@code operating} label, from begin to finish. An operation that begins again
     * under its id has another one.
     */
    public static Optional<String> round(PodRecord pod, String id) {
        return pod.label(LifecycleLabel.OPERATING.key(id));
    }

    /** The round with which this edit begins the operation; empty if it does not begin it. */
    public static Optional<String> begunRound(PodEdit edit, String id) {
        return Optional.ofNullable(edit.labels().set().get(LifecycleLabel.OPERATING.key(id)));
    }

    /** True if the edit begins the operation, or brings it a phase further. */
    public static boolean advances(PodEdit edit, String id) {
        return !LifecycleLabels.of(edit.labels().set()).keys(id).isEmpty();
    }

    /** The edit, which begins the operation in this round instead of one of its own. */
    public static PodEdit inRound(PodEdit begin, String id, String round) {
        return begin.labels(MapEdit.set(LifecycleLabel.OPERATING.key(id), round));
    }

    /** True if the edit finishes the operation or gives it up. */
    public static boolean ends(PodEdit edit, String id) {
        return edit.labels().removed().contains(LifecycleLabel.OPERATING.key(id));
    }

    /** True if an operation with such an id was begun and is not finished. */
    public static boolean isBegun(PodRecord pod, Predicate<String> ids) {
        for (String key : pod.labels().keySet()) {
            if (LifecycleLabel.OPERATING.idIn(key).filter(ids).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** True for the key of a label that says something of one operation. */
    public static boolean isOperationLabel(String key) {
        int slash = key.indexOf('/');
        return slash >= 0 && key.substring(0, slash).endsWith(LifecycleLabels.DOMAIN);
    }

    /**
     * The label that says that the operation is at this stage, as it is stored: another value is another round of the
     * operation. Empty while the stage is not stored.
     */
    public static Optional<String> stageMark(PodRecord pod, Stage stage, String id) {
        return pod.label(
                switch (stage) {
                    case PRE_CHECK -> LifecycleLabel.PRE_CHECK.key(id);
                    case POST_CHECK -> LifecycleLabel.POST_CHECK.key(id);
                });
    }

    /** The marks of all operations that ask at this stage, by id. */
    public static SortedMap<String, String> stageMarks(PodRecord pod, Stage stage) {
        SortedMap<String, String> marks = new TreeMap<>();
        for (Operation operation : operations(pod).values()) {
            if (asksAt(pod, stage, operation)) {
                stageMark(pod, stage, operation.id()).ifPresent(value -> marks.put(operation.id(), value));
            }
        }
        return marks;
    }

    /** True if the rules are asked about the operation at this stage: without a type or the Pod's opt-in none leaves service. */
    public static boolean asksAt(PodRecord pod, Stage stage, Operation operation) {
        return switch (stage) {
            case PRE_CHECK ->
                operation.phase() == Phase.PRE_CHECK && !operation.type().isEmpty() && pod.controlled();
            case POST_CHECK -> operation.phase() == Phase.POST_CHECK;
        };
    }

    /** True if the operation ends with the deletion of the Pod. */
    public static boolean isToDelete(PodRecord pod, String id) {
        String type = pod.label(LifecycleLabel.OPERATION_TYPE.key(id)).orElse("");
        return pod.hasLabel(Names.PREPARING_TO_DELETE) || type.equals(Names.DELETE) || type.equals(Names.SCALE_IN);
    }

    /** True if no operation is on the Pod, in whatever phase. */
    public static boolean isIdle(PodRecord pod) {
        return operations(pod).isEmpty();
    }

    /** True if the rules let any operation on the Pod pass. */
    public static boolean hasLeftPreCheck(PodRecord pod) {
        return operations(pod).values().stream().anyMatch(Operation::hasLeftPreCheck);
    }

    /** The containers that the kubelet is yet to stop, because their image was patched: until then they run as before. */
    public static List<ContainerRecord> awaitingRestart(PodRecord pod) {
        if (!pod.annotations().containsKey(Names.LAST_POD_STATUS)) {
            return List.of();
        }
        Optional<Instant> touched = operation(pod, Names.COLLASET_OPERATION)
                .filter(operation -> operation.phase() == Phase.OPERATING)
                .flatMap(Operation::since);
        return LastPodStatus.awaitingRestart(pod, touched);
    }

    /**
     * May the operation touch the Pod now?
     *
     * @param delay how long to wait after traffic is off
     */
    public static Allowance allowed(PodRecord pod, String id, String type, Duration delay, Instant now) {
        if (!(decode(pod.labels()).get(id) instanceof OperationState.Operating operating)
                || !operating.type().equals(type)) {
            return new Allowance.No();
        }
        Optional<Instant> start = LabelTime.time(
                        pod.label(LifecycleLabel.OPERATE.key(id)).orElse(""))
                .map(time -> time.plus(delay));
        return start.filter(now::isBefore)
                .map(time -> (Allowance) new Allowance.Later(Duration.between(now, time)))
                .orElseGet(Allowance.Now::new);
    }

    /** A begun operation under this type, which its label does not say any more: it goes on in the phase in which it was. */
    public static PodEdit retyped(PodRecord pod, String id, String type) {
        return PodEdit.of(pod).labels(MapEdit.set(LifecycleLabel.OPERATION_TYPE.key(id), type));
    }

    /**
     * Begins an operation that leaves the Pod alive; one that is under way stays, and does not end with the deletion of the Pod any
     * more. What an earlier round, or another type under the same id, left behind goes, so that no old permission is inherited.
     */
    public static PodEdit begin(PodRecord pod, String id, String type, Instant now) {
        return begun(pod, id, type, now).labels(DeletionNotice.leftBy(pod, id));
    }

    /** Begins an operation that ends with the deletion of the Pod, and tells traffic control so. */
    public static PodEdit beginToDelete(PodRecord pod, String id, String type, Instant now) {
        PodEdit edit = begun(pod, id, type, now);
        return pod.hasLabel(Names.PREPARING_TO_DELETE)
                ? edit
                : edit.labels(MapEdit.set(Names.PREPARING_TO_DELETE, LabelTime.of(now)));
    }

    private static PodEdit begun(PodRecord pod, String id, String type, Instant now) {
        PodEdit edit = PodEdit.of(pod);
        if (isDuring(pod, id, type)) {
            return edit;
        }
        return edit.labels(MapEdit.remove(LifecycleLabels.of(pod.labels()).keys(id)))
                .labels(MapEdit.set(Map.of(
                        LifecycleLabel.OPERATING.key(id),
                        LabelTime.of(now),
                        LifecycleLabel.OPERATION_TYPE.key(id),
                        type)));
    }

    /**
     * The operation is done: the Pod may come back. One that was never allowed to touch the Pod is given up instead;
     * nothing changes if it is not under way. The notice of a deletion goes as with {@link #undo}.
     */
    public static PodEdit finish(PodRecord pod, String id) {
        Optional<OperationState> op = Optional.ofNullable(decode(pod.labels()).get(id));
        if (op.isEmpty() || !pod.hasLabel(LifecycleLabel.OPERATING.key(id))) {
            return PodEdit.of(pod);
        }
        boolean operated = op.get() instanceof OperationState.Operating || op.get() instanceof OperationState.Untyped;
        return operated
                ? PodEdit.of(pod)
                        .labels(MapEdit.remove(List.of(LifecycleLabel.OPERATING.key(id))))
                        .labels(DeletionNotice.leftBy(pod, id))
                : undo(pod, id);
    }

    /**
     * Gives the operation up, in whatever phase: it is gone with this edit, and the Pod comes back. The notice of
     * a deletion goes too, unless another operation of the operator is begun.
     */
    public static PodEdit undo(PodRecord pod, String id) {
        LifecycleLabels labels = LifecycleLabels.of(pod.labels());
        return PodEdit.of(pod).labels(MapEdit.remove(labels.keys(id))).labels(DeletionNotice.leftBy(pod, id));
    }

    /** Gives the operation up if it was begun and is not finished; changes nothing where it is not. */
    public static PodEdit undoBegun(PodRecord pod, String id) {
        return round(pod, id).isPresent() ? undo(pod, id) : PodEdit.of(pod);
    }

    /** Gives up all that the operator itself has begun with the Pod; changes nothing where that is nothing. */
    public static PodEdit undoOwn(PodRecord pod) {
        PodEdit edit = PodEdit.of(pod);
        for (String operation : Names.OWN_OPERATIONS) {
            edit = edit.then(undoBegun(pod.with(edit), operation));
        }
        return edit;
    }

    private static Optional<Operation> operation(OperationState op, LifecycleLabels labels) {
        return switch (op) {
            case OperationState.Untyped untyped -> at(op, Phase.PRE_CHECK, labels, LifecycleLabel.OPERATING);
            case OperationState.Begun begun -> at(op, Phase.PRE_CHECK, labels, LifecycleLabel.PRE_CHECK);
            case OperationState.Preparing preparing -> at(op, Phase.PREPARING, labels, LifecycleLabel.PREPARING);
            case OperationState.Operating operating -> at(op, Phase.OPERATING, labels, LifecycleLabel.OPERATE);
            case OperationState.PostCheck postCheck -> at(op, Phase.POST_CHECK, labels, LifecycleLabel.POST_CHECK);
            case OperationState.Completing completing -> at(op, Phase.COMPLETING, labels, LifecycleLabel.COMPLETING);
            case OperationState.Leftover leftover -> Optional.empty();
        };
    }

    private static Optional<Operation> at(
            OperationState op, Phase phase, LifecycleLabels labels, LifecycleLabel entered) {
        return Optional.of(new Operation(op.id(), op.type(), phase, LabelTime.time(labels.value(op.id(), entered))));
    }
}
