package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.Collection;
import java.util.Set;

/** How much a write matters to others: the weights tell how many of each class go out where all classes wait. */
enum Urgency {
    /** Back into service, or not out of it after all: a Pod in service, and a slot for another Pod. */
    BACK_TO_SERVICE(16),
    /** A Pod that is out of service, or may leave it now: the sooner it ends, the sooner the slot is free. */
    SLOT_HOLDER(8),
    /** Creations and deletions, and what has to be stored before them. */
    LIFE(4),
    /** The first mark on a Pod that serves: it loses nothing by waiting. */
    BEGIN(2),
    /** What only tells. */
    STATUS(1);

    private static final Set<String> ENDING =
            Set.of(Names.OPERATED, Names.POST_CHECK, Names.POST_CHECKED, Names.COMPLETING, Names.UNDO_OPERATION_TYPE);

    private static final Set<String> BEGUN = Set.of(Names.OPERATING);

    private final int weight;

    Urgency(int weight) {
        this.weight = weight;
    }

    int weight() {
        return weight;
    }

    /** True if an operation was begun on the Pod and is not finished. */
    static boolean isBegun(PodRecord pod) {
        return names(pod.labels().keySet(), BEGUN);
    }

    /** Known before the lifecycle has advanced the edit, so that its turn can come first. */
    static Urgency of(PodRecord seen, PodEdit planned) {
        if (names(planned.labels().set().keySet(), ENDING)
                || names(planned.labels().removed(), BEGUN)
                || names(seen.labels().keySet(), ENDING)) {
            return BACK_TO_SERVICE;
        }
        boolean begins = names(planned.labels().set().keySet(), BEGUN);
        return begins && !seen.gateClosed() ? BEGIN : SLOT_HOLDER;
    }

    /** @param prefixes the part of a lifecycle label before the id */
    private static boolean names(Collection<String> keys, Set<String> prefixes) {
        for (String key : keys) {
            int slash = key.indexOf('/');
            if (slash > 0 && prefixes.contains(key.substring(0, slash))) {
                return true;
            }
        }
        return false;
    }
}
