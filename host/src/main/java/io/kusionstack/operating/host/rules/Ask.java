package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.RuleSnapshot.Leave;
import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;
import java.util.Map;

/**
 * A Pod that wants to go on.
 *
 * @param pod as it will be once the edit under way is written
 * @param operation the id of the operation that asks; empty for any that is stored
 */
record Ask(PodRecord pod, String operation, Stage stage, Instant now) {

    /** What of the asking operation is stored on the Pod: plugins were asked about nothing else. */
    Map<String, String> marks(Member known) {
        Map<String, String> stored = known.standing().marks(stage);
        if (operation.isEmpty()) {
            return stored;
        }
        String mark = pod.label(Standing.mark(stage, operation)).orElse("");
        return mark.equals(stored.get(operation)) ? Map.of(operation, mark) : Map.of();
    }

    /** Only who may serve and leaves takes a slot: nobody does at PostCheck. */
    boolean leaves(Member known) {
        return stage == Stage.PRE_CHECK
                && known.counted()
                && pod.mayServe(now)
                && !Standing.of(pod).leaving();
    }

    Leave leave(Member known) {
        if (known.granted() || !leaves(known)) {
            return Leave.OUT;
        }
        return known.out() ? Leave.MAY_RETURN : Leave.IN_SERVICE;
    }
}
