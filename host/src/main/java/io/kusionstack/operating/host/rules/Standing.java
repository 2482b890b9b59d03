package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.plugin.Stage;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How rules see a Pod: facts that follow from its record alone. */
final class Standing {
    private static final String PRE_CHECK = Names.key(Names.PRE_CHECK, "");
    private static final String POST_CHECK = Names.key(Names.POST_CHECK, "");
    private static final String PREPARING = Names.key(Names.PREPARING, "");
    private static final String OPERATE = Names.key(Names.OPERATE, "");

    private Standing() {}

    /** True if the Pod is one of those that a rule keeps available: in the lifecycle and not ended. */
    static boolean counted(PodRecord pod) {
        return pod.controlled() && !pod.inactive();
    }

    /** In service, and no operation has begun to take it out. */
    static boolean serving(PodRecord pod) {
        return pod.available() && !leaving(pod);
    }

    /** True if an operation passed its check and takes the Pod out of service. */
    static boolean leaving(PodRecord pod) {
        for (String label : pod.labels().keySet()) {
            if (label.startsWith(PREPARING) || label.startsWith(OPERATE)) {
                return true;
            }
        }
        return false;
    }

    /** Ids of the operations that stand at this stage. */
    static List<String> operations(PodRecord pod, Stage stage) {
        return List.copyOf(marks(pod, stage).keySet());
    }

    /** Value by operation of the labels that say the Pod is at this stage; empty if it is not. */
    static Map<String, String> marks(PodRecord pod, Stage stage) {
        String prefix = prefix(stage);
        Map<String, String> marks = new TreeMap<>();
        for (Map.Entry<String, String> label : pod.labels().entrySet()) {
            if (label.getKey().startsWith(prefix)) {
                marks.put(label.getKey().substring(prefix.length()), label.getValue());
            }
        }
        return marks;
    }

    /** The label that says at which stage an operation is. */
    static String mark(Stage stage, String operation) {
        return prefix(stage) + operation;
    }

    /** Since when, in nanoseconds of Unix time, the Pod waits at this stage, and its name; empty if it does not. */
    static Optional<Place> place(PodRecord pod, Stage stage) {
        String prefix = prefix(stage);
        boolean found = false;
        long since = Long.MAX_VALUE;
        for (String label : pod.labels().keySet()) {
            if (label.startsWith(prefix)) {
                found = true;
                since = Math.min(since, nanos(pod.label(label).orElse("")));
            }
        }
        return found ? Optional.of(new Place(since, pod.name())) : Optional.empty();
    }

    private static String prefix(Stage stage) {
        return switch (stage) {
            case PRE_CHECK -> PRE_CHECK;
            case POST_CHECK -> POST_CHECK;
        };
    }

    /** A value that is no time stands last: who wrote it tells nobody how long the Pod has waited. */
    private static long nanos(String value) {
        if (value.isEmpty() || value.length() > 19 || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Long.MAX_VALUE;
        }
        long parsed = Long.parseUnsignedLong(value);
        return parsed < 0 ? Long.MAX_VALUE : parsed;
    }

    /** A place in the queue: the oldest first, then by name. */
    record Place(long since, String name) implements Comparable<Place> {
        private static final Comparator<Place> ORDER =
                Comparator.comparingLong(Place::since).thenComparing(Place::name);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }
    }
}
