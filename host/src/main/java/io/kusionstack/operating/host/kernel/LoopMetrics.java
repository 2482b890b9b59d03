package io.kusionstack.operating.host.kernel;

import java.time.Duration;

/** What the loops tell about themselves; {@code controller} is one of a handful of names. Any thread; must not block. */
public interface LoopMetrics {
    /**
     * A key came to its turn.
     *
     * @param waited how long after it was due
     * @param left how many keys still wait, delayed ones included
     */
    default void taken(String controller, Duration waited, int left) {}

    /** One look ended without an exception. */
    default void reconciled(String controller, Duration took) {}

    /**
     * The look asked for another one.
     *
     * @param why the constant word of the outcome
     */
    default void looksAgain(String controller, String why, Duration after) {}

    /**
     * One look ended with an exception.
     *
     * @param inARow how often this key failed in a row, this one included
     */
    default void failed(String controller, int inARow) {}
}
