package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;
import java.util.Map;

/**
 * An operation of a Pod that asks to go on.
 *
 * @param pod as it will be once the edit under way is written
 * @param operation the id of the operation that asks; empty for any that is stored
 */
record AdmissionRequest(PodRecord pod, String operation, Stage stage, Instant now) {

    /** The marks of the asking operation that are stored on the Pod: plugins were asked about no others. */
    Map<String, String> marks(TrackedPod known) {
        Map<String, String> stored = known.facts().marks(stage);
        if (operation.isEmpty()) {
            return stored;
        }
        String mark = PodOps.stageMark(pod, stage, operation).orElse("");
        return mark.equals(stored.get(operation)) ? Map.of(operation, mark) : Map.of();
    }

    /** True if the Pod leaves service with this request: it may serve, and it is at PreCheck. */
    boolean leaves(TrackedPod known) {
        return stage == Stage.PRE_CHECK
                && known.counted()
                && pod.mayServe(now)
                && !PodFacts.of(pod).leaving();
    }

    RuleSnapshot.SlotNeed slotNeed(TrackedPod known) {
        if (known.granted() || !leaves(known)) {
            return RuleSnapshot.SlotNeed.OUT;
        }
        return known.out() ? RuleSnapshot.SlotNeed.MAY_RETURN : RuleSnapshot.SlotNeed.IN_SERVICE;
    }
}
