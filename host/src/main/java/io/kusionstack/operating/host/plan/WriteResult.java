package io.kusionstack.operating.host.plan;

import java.util.regex.Pattern;

/**
 * The result of a write: the only classification, for every kind of write and of object. Immutable but for the bytes of a
 * body, which nobody changes.
 */
public sealed interface WriteResult {
    /**
     * The API server took the write.
     *
     * @param body the answer, mostly the object as it is now; in JSON, of a Pod perhaps in protobuf; empty where there is none
     */
    record Written(byte[] body) implements WriteResult {}

    /**
     * The write was not made, or is not known to have been made.
     *
     * @param code the HTTP status, 0 where nothing was sent, or where the answer was no refusal
     * @param message the API server's words, or why there are none
     */
    record NotDone(Cause cause, int code, String message) implements WriteResult {
        /** As the API server says it; the words of a webhook come after "denied the request". */
        private static final Pattern NO_DRY_RUN =
                Pattern.compile("admission webhook \"[^\"]*\" does not support dry run");

        /** True if the answer was no and will stay so until somebody mends something. */
        public boolean isRefusal() {
            return switch (cause) {
                case REFUSED, UNDONE, FORBIDDEN, FAILED -> true;
                case CONFLICT, BUSY, NOT_SENT, UNKNOWN -> false;
            };
        }

        /** True if the answer was to the content of the write, so that another one may be taken. */
        public boolean isToContent() {
            return switch (cause) {
                case REFUSED, UNDONE, FORBIDDEN -> true;
                case CONFLICT, BUSY, FAILED, NOT_SENT, UNKNOWN -> false;
            };
        }

        /** True if a webhook with side effects refuses to be asked by a dry run, which says nothing about the content. */
        public boolean isOfDryRunOnly() {
            return code == 400 && NO_DRY_RUN.matcher(message).matches();
        }

        /** The end of a sentence about the write, with the code and the API server's words; without a remedy. */
        String ending() {
            String status = code == 0 ? "" : " (" + code + ")";
            return (isRefusal() ? " was refused" : " did not get through") + status + ": " + message;
        }
    }

    /** After {@link Cause#UNKNOWN}: the write can no longer arrive, and the cache has what a read begun since then showed. */
    record ReadAgain() implements WriteResult {}

    /** Why a write was not made. */
    enum Cause {
        /** The API server knows a newer object, another one of that name, or none any more; nothing was changed. */
        CONFLICT(Reason.WRITE_CONFLICT, "it is looked at again"),
        /** The API server does not take the content; nothing was changed. */
        REFUSED(Reason.REFUSED_BY_SERVER, "correct what is written, or the policy that refuses it"),
        /** The API server takes the write and leaves a part of it out, as a webhook or a policy wants it. */
        UNDONE(Reason.REFUSED_BY_SERVER, "find the webhook or policy that changes Pods"),
        /** The API server does not let us: a right is missing, a quota is used up, a policy forbids it; nothing was changed. */
        FORBIDDEN(
                Reason.FORBIDDEN_BY_SERVER,
                "bind the roles of deploy/rbac.yaml, raise the quota, or change the policy that forbids it"),
        /** The API server has no time for it; nothing was changed. */
        BUSY(Reason.SERVER_UNREACHABLE, "it is tried again"),
        /** A webhook that the API server has to ask gave no answer; nothing was changed. */
        FAILED(Reason.WRITE_FAILED, "mend the webhook that is named, or its failurePolicy"),
        /** Nothing was sent: no connection, no lease, or something else had to be done first. */
        NOT_SENT(Reason.SERVER_UNREACHABLE, "it is tried again"),
        /** It may have been done, or may yet be; only a fresh read tells. */
        UNKNOWN(Reason.SERVER_UNREACHABLE, "it is tried again once a read has shown what became of it");

        private final Reason reason;
        private final String remedy;

        Cause(Reason reason, String remedy) {
            this.reason = reason;
            this.remedy = remedy;
        }

        /** Why an object that needs the write waits. */
        public Reason reason() {
            return reason;
        }

        /** What may help, for people. */
        public String remedy() {
            return remedy;
        }
    }
}
