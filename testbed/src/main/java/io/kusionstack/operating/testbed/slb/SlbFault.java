package io.kusionstack.operating.testbed.slb;

import java.time.Duration;

/** What goes wrong with a call that was signed rightly. */
public sealed interface SlbFault {
    /** Nothing is done, and the answer says so. A status of 500 and above is a server's failure. */
    record Refuse(int status, String code, String message) implements SlbFault {}

    /** It is done, and the answer says it failed. */
    record ApplyAndRefuse(int status, String code, String message) implements SlbFault {}

    /** Nothing is done, and the connection breaks. */
    record Drop() implements SlbFault {}

    /** It is done, and the connection breaks before the answer. */
    record ApplyAndDrop() implements SlbFault {}

    /** Nothing happens for so long; then it is done. */
    record ApplyLate(Duration after) implements SlbFault {}

    /** It is done at once, and answered after so long. */
    record AnswerLate(Duration after) implements SlbFault {}
}
