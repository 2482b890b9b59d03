package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import java.util.Map;

/**
 * The right of one operation on a Pod to leave service under the rules that select the Pod now. From when it is given until it
 * ends, the Pod counts as out of service. What is known of the write that uses it is its state:
 *
 * <pre>
 *                 a pass reserves slots for a Pod that waits
 *    (none) ------------------------------------------------> RESERVED &lt;------------+
 *       |                                                        |                  |
 *       | the Pod asks, and every rule says yes                  | the Pod asks     |
 *       |                                                        v                  |
 *       +----------------------------------------------------> ASKED ---------------+
 *                                                              |   ^    not applied, and the Pod still waits
 *                                                    no answer |   | the Pod asks on a newer record
 *                                                              v   |                |
 *                                                            UNKNOWN ---------------+
 *                                                              |   ^    read again: not applied, and the Pod still waits
 *                                the Pod asks on the same record:  |
 *                                       the same is sent again |   | no answer, refused, or not applied
 *                                                              v   |
 *                                                          ASKED_AGAIN -- read again, or a newer record --> ASKED
 * </pre>
 *
 * <p>A grant ends, in any state, when the newest record of the Pod shows that the Pod left service; when a record newer than
 * the one it was asked on does not want it any more; and when the Pod is gone. A grant that is asked on a record of any version has no
 * newer one until the result of its write is known. It ends as well
 *
 * <pre>
 *    ASKED      when its write is refused, or when it is not applied and the Pod does not wait any more
 *    UNKNOWN    when the Pod, read again, shows that the write was not applied, and does not wait any more
 *    RESERVED   when the rules change, or an obstacle comes
 *    the others when the rules change, or an obstacle comes, and the Pod has a newer record than the one it was asked on,
 *               so that no write can use it
 * </pre>
 *
 * @param operation the id of the operation that asked
 * @param round the round of that operation: another round is another operation
 * @param rules generation by uid of all rules that select the Pod: under other rules it is worth nothing
 * @param askedOn resourceVersion of the record that it was asked for on last; {@link PodRecord#ANY_VERSION} while a write may be under way
 *     that is not bound to a version: no newer record ends it, only its result
 */
record Grant(
        PodRef pod,
        String operation,
        String round,
        Stage stage,
        Map<String, Long> rules,
        long askedOn,
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

    /** Once no write is under way, any record is newer than one of any version. */
    Grant with(GrantWrite now) {
        boolean isUnanswered = now == GrantWrite.UNKNOWN || now == GrantWrite.ASKED_AGAIN;
        return new Grant(pod, operation, round, stage, rules, isUnanswered || !isOfAnyVersion() ? askedOn : 0, now);
    }

    boolean isOfAnyVersion() {
        return askedOn == PodRecord.ANY_VERSION;
    }

    /** True if the Pod may have both grants: under the same rules, and not for two rounds or stages of one operation. */
    boolean allows(Grant held) {
        boolean sameOperation = round.equals(held.round) && stage == held.stage;
        return rules.equals(held.rules) && (sameOperation || !operation.equals(held.operation));
    }

    /** This grant as it follows the one held: a write without an answer stays so as long as it may still be applied. */
    Grant after(Grant held) {
        boolean unanswered = held.write == GrantWrite.UNKNOWN || held.write == GrantWrite.ASKED_AGAIN;
        return unanswered && askedOn <= held.askedOn ? held.with(GrantWrite.ASKED_AGAIN) : this;
    }

    /** True if a write that uses it may still arrive: its precondition is the record that it was asked on. */
    boolean mayBeUnderWayAt(long resourceVersion) {
        return write != GrantWrite.RESERVED && resourceVersion <= askedOn;
    }

    /** The state of a grant: what is known of the write that uses it. */
    enum GrantWrite {
        /** Reserved for a Pod that waits and has not asked yet: no write uses it. */
        RESERVED,
        /** Given to the lifecycle, which asked: a write may be under way. */
        ASKED,
        /** The write got no answer. */
        UNKNOWN,
        /** The write got no answer, and the same write is sent once more. */
        ASKED_AGAIN
    }
}
