package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import java.util.Map;

/**
 * The right of a Pod to leave service. From when it is given until the cache shows the Pod out of service, it counts as
 * out of service.
 *
 * @param operation the id of the operation that asked
 * @param operating the value of its {@code operating} label: another value is another operation
 * @param rules generation by uid of all rules that select the Pod: under other rules it is worth nothing
 * @param judgedAt resourceVersion of the record it was last asked for on
 */
record Grant(
        PodRef pod,
        String operation,
        String operating,
        Stage stage,
        Map<String, Long> rules,
        long judgedAt,
        GrantWrite write) {
    Grant {
        rules = Map.copyOf(rules);
    }

    static Grant asked(TrackedPod known, AdmissionRequest ask) {
        return new Grant(
                ask.pod().ref(),
                ask.operation(),
                PodOps.round(ask.pod(), ask.operation()).orElse(""),
                ask.stage(),
                known.generations(),
                ask.pod().resourceVersion(),
                GrantWrite.ASKED);
    }

    Grant with(GrantWrite now) {
        return new Grant(pod, operation, operating, stage, rules, judgedAt, now);
    }

    /** True if another grant of the Pod may stand beside this one: given under the same rules, for the same operation. */
    boolean allows(Grant held) {
        boolean sameOperation = operating.equals(held.operating) && stage == held.stage;
        return rules.equals(held.rules) && (sameOperation || !operation.equals(held.operation));
    }

    /** This grant, given on top of the one held: an unanswered write stays so as long as it may still be applied. */
    Grant after(Grant held) {
        boolean unanswered = held.write == GrantWrite.UNKNOWN || held.write == GrantWrite.ASKED_AGAIN;
        return unanswered && judgedAt <= held.judgedAt ? held.with(GrantWrite.ASKED_AGAIN) : this;
    }

    /** True if a write that uses it, conditional on the record it was asked for on, may still arrive. */
    boolean mayBeUnderWayAt(long resourceVersion) {
        return write != GrantWrite.RESERVED && resourceVersion <= judgedAt;
    }

    /** What is known of the write that uses it. */
    enum GrantWrite {
        /** Kept for a Pod that waits and has yet to be woken. */
        RESERVED,
        /** Told to the lifecycle: a write may be under way. */
        ASKED,
        /** The write got no answer. */
        UNKNOWN,
        /** The write got no answer, and the same is sent once more. */
        ASKED_AGAIN
    }
}
