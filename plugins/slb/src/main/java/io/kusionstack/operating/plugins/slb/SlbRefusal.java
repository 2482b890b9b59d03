package io.kusionstack.operating.plugins.slb;

import java.time.Duration;

/**
 * The API did not do it, or did not say so. Message and code are made of our own words and of codes of known form: what the SDK
 * or the API wrote may hold keys, signatures and signed addresses, and is never taken over, nor kept as a cause.
 */
final class SlbRefusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final Cause why;
    private final String code;
    private final Duration after;

    private SlbRefusal(Cause why, String code, String message, Duration after) {
        super(message);
        this.why = why;
        this.code = code;
        this.after = after;
    }

    /**
     * @param action the API's name of what was asked
     * @param of the group or load balancer
     * @param code as the API or the SDK gave it; shown only if it has the form of a code
     */
    static SlbRefusal of(Cause why, String action, String of, String code, Duration after) {
        String shown = code.matches("[A-Za-z][A-Za-z0-9._]{0,79}") ? code : "NoCode";
        return new SlbRefusal(why, shown, action + " of " + of + ": " + Codes.meaning(why) + " (" + shown + ")", after);
    }

    Cause why() {
        return why;
    }

    String code() {
        return code;
    }

    /** When it is worth trying again. */
    Duration after() {
        return after;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
