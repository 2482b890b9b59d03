package io.kusionstack.operating.host.kube;

import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Instant;

/**
 * A write of a Pod that did not get through, as long as none of its kind did.
 *
 * @param code the HTTP status, 0 where there was no answer
 * @param message the API server's words
 * @param edit what was sent, the gate's part included; empty for a deletion
 * @param attempts how often in a row
 * @param until when it may be tried again
 */
public record Refusal(Fate fate, int code, String message, PodEdit edit, int attempts, Instant until) {
    /** One sentence with the server's words and the remedy; the same as long as those are. */
    public String sentence() {
        if (code == 0 && fate == Fate.REFUSED) {
            return "writing Pod " + edit.pod().name() + " has no effect: " + message;
        }
        String what =
                (edit.isEmpty() ? "deleting" : "writing") + " Pod " + edit.pod().name();
        return what + told(fate, code) + message + "; " + fate.remedy();
    }

    public Wait asWait() {
        return new Wait(fate.reason(), "", sentence());
    }

    public boolean isRunning(Instant now) {
        return now.isBefore(until);
    }

    static String told(Fate fate, int code) {
        String status = code == 0 ? "" : " (" + code + ")";
        return (fate.isNo() ? " was refused" : " did not get through") + status + ": ";
    }
}
