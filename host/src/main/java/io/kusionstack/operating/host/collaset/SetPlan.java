package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.Plan;
import java.util.Map;

/**
 * What one look at a set decided, in the order in which it has to happen.
 *
 * @param intent what must be stored before anything is touched: finalizer, revisions, instance ids
 * @param intentions by Pod uid: to be published once {@code intent} is stored, in place of all earlier ones of the set
 * @param acts everything else
 */
record SetPlan(Plan intent, Map<String, Intention> intentions, Plan acts) {
    SetPlan {
        intentions = Map.copyOf(intentions);
    }

    static SetPlan first(Plan intent) {
        return new SetPlan(intent, Map.of(), Plan.nothing());
    }

    static SetPlan then(Plan acts) {
        return new SetPlan(Plan.nothing(), Map.of(), acts);
    }
}
