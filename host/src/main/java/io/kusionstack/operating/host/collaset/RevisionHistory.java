package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.Action;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The revisions of a set, and the writes that bring them up to date.
 *
 * @param updated the revision of the spec as it is now
 * @param current the revision that was complete last; the updated one if that is not known
 * @param lost true if the revision that was complete last is gone while the newest is held back: then no Pod may be created of either
 * @param known every revision that exists once the actions are done, by name
 * @param collisions how often a name was taken
 * @param actions what brings the updated revision into force, to be done before anything relies on it
 * @param upkeep as in {@link SetPlan}: an orphan is adopted, an old revision deleted
 */
record RevisionHistory(
        Revision updated,
        Revision current,
        boolean lost,
        Map<String, Revision> known,
        int collisions,
        List<Action> actions,
        List<Action> upkeep) {
    RevisionHistory {
        known = Map.copyOf(known);
        actions = List.copyOf(actions);
        upkeep = List.copyOf(upkeep);
    }

    Optional<Revision> find(String name) {
        return Optional.ofNullable(known.get(name));
    }
}
