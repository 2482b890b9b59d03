package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.plugin.Stage;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The facts of a Pod that rules use. They follow from its record alone; {@link PodOps} reads its operations.
 *
 * @param name of the Pod
 * @param counted a rule keeps it available: it is in the lifecycle, or of a CollaSet, and not ended
 * @param leaving an operation passed its check and keeps the Pod out of service
 * @param returning an operation ends and lets the Pod back
 * @param toDelete an operation on it ends with its deletion
 * @param preCheck value by operation of the stored labels that say it waits at PreCheck
 * @param postCheck value by operation of the stored labels that say it waits at PostCheck
 */
record PodFacts(
        String name,
        boolean counted,
        boolean leaving,
        boolean returning,
        boolean toDelete,
        SortedMap<String, String> preCheck,
        SortedMap<String, String> postCheck) {

    PodFacts {
        preCheck = Collections.unmodifiableSortedMap(preCheck);
        postCheck = Collections.unmodifiableSortedMap(postCheck);
    }

    static PodFacts of(PodRecord pod) {
        boolean leaving = false;
        boolean returning = false;
        boolean toDelete = false;
        SortedMap<String, String> preCheck = new TreeMap<>();
        SortedMap<String, String> postCheck = new TreeMap<>();
        for (PodOps.Operation operation : PodOps.operations(pod).values()) {
            toDelete |= PodOps.isToDelete(pod, operation.id());
            switch (operation.phase()) {
                case PRE_CHECK -> {}
                case POST_CHECK, PREPARING, OPERATING -> leaving = true;
                case COMPLETING -> returning = true;
            }
            mark(pod, Stage.PRE_CHECK, operation, preCheck);
            mark(pod, Stage.POST_CHECK, operation, postCheck);
        }
        boolean counted = (pod.controlled() || isOfASet(pod)) && !pod.inactive();
        return new PodFacts(pod.name(), counted, leaving, returning, toDelete, preCheck, postCheck);
    }

    /** The set gives the opt-in; a Pod that lost it is still kept available. */
    private static boolean isOfASet(PodRecord pod) {
        return pod.controller().filter(Owner::isCollaSet).isPresent();
    }

    private static void mark(PodRecord pod, Stage stage, PodOps.Operation operation, Map<String, String> marks) {
        if (PodOps.asksAt(pod, stage, operation)) {
            PodOps.stageMark(pod, stage, operation.id()).ifPresent(value -> marks.put(operation.id(), value));
        }
    }

    /** Ids of the operations at this stage. */
    List<String> operations(Stage stage) {
        return List.copyOf(marks(stage).keySet());
    }

    /** Value by operation of the labels that say the Pod is at this stage; empty if it is not. */
    SortedMap<String, String> marks(Stage stage) {
        return switch (stage) {
            case PRE_CHECK -> preCheck;
            case POST_CHECK -> postCheck;
        };
    }

    /** Since when, in nanoseconds of Unix time, the Pod waits at this stage, and its name; empty if it does not. */
    Optional<QueuePosition> place(Stage stage) {
        if (marks(stage).isEmpty()) {
            return Optional.empty();
        }
        long since = Long.MAX_VALUE;
        for (String value : marks(stage).values()) {
            since = Math.min(since, nanos(value));
        }
        return Optional.of(new QueuePosition(since, name));
    }

    boolean isInStage() {
        return !preCheck.isEmpty() || !postCheck.isEmpty();
    }

    /** A value that is not a time comes last, because it does not show how long the Pod has waited. */
    private static long nanos(String value) {
        if (value.isEmpty() || value.length() > 19 || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Long.MAX_VALUE;
        }
        long parsed = Long.parseUnsignedLong(value);
        return parsed < 0 ? Long.MAX_VALUE : parsed;
    }

    /** A place in the queue: the oldest first, then by name. */
    record QueuePosition(long since, String name) implements Comparable<QueuePosition> {
        private static final Comparator<QueuePosition> ORDER =
                Comparator.comparingLong(QueuePosition::since).thenComparing(QueuePosition::name);

        @Override
        public int compareTo(QueuePosition other) {
            return ORDER.compare(this, other);
        }
    }
}
