package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.Condition;
import io.kusionstack.operating.host.model.Conditions;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectRef;
import java.util.List;
import java.util.Optional;

/**
 * A condition that is there only while something is odd, and the event that tells it first.
 *
 * @param type of the condition, and reason of the event
 * @param message empty while nothing is odd
 */
record SetWarning(String type, String reason, Optional<String> message) {
    void tell(Conditions conditions) {
        message.ifPresentOrElse(text -> conditions.set(type, true, reason, text), () -> conditions.remove(type));
    }

    /** The event, if the stored conditions do not tell it yet. */
    Optional<Action> event(ObjectRef set, List<Condition> stored) {
        boolean isTold = stored.stream()
                .anyMatch(condition -> type.equals(condition.type()) && "True".equals(condition.status()));
        return message.filter(text -> !isTold)
                .map(text -> new Action.Announce(set, Action.Severity.WARNING, type, text));
    }
}
