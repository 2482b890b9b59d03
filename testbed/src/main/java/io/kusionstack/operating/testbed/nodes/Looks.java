package io.kusionstack.operating.testbed.nodes;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a node looks at a Pod.
 *
 * @param last when it last did, or when a container last changed by itself
 * @param restarted when a container was last replaced, null if none was
 * @param due when the next look is, null if none is due
 * @param cutOff whether the node is cut off, so that it does not look at all
 */
record Looks(
        Instant last, @Nullable Instant restarted, @Nullable Instant due, boolean cutOff) {
    static Looks begun(Instant now) {
        return new Looks(now, null, null, false);
    }

    Looks done(Instant now) {
        return new Looks(now, restarted, null, cutOff);
    }

    Looks changed(Instant now) {
        return new Looks(now, restarted, due, cutOff);
    }

    Looks replaced(Instant now) {
        return new Looks(now, now, due, cutOff);
    }

    Looks dueAt(@Nullable Instant time) {
        return new Looks(last, restarted, time, cutOff);
    }

    Looks nodeCutOff() {
        return new Looks(last, restarted, null, true);
    }

    /** The node is back, and looks soon whatever it looked at before. */
    Looks nodeBack(Instant now, Cadence cadence) {
        return new Looks(last, restarted, now.plus(cadence.reaction()), false);
    }

    boolean isDue(Instant now) {
        return due != null && !due.isAfter(now);
    }

    /** When the next look is that a change seen now asks for. */
    Looks next(Instant now, Cadence cadence, boolean gatesOnly) {
        Instant next = later(now.plus(cadence.reaction()), last.plus(cadence.betweenLooks()));
        // an image that was patched before the restart has waited for its turn since
        boolean imageWaited = !gatesOnly && now.equals(restarted);
        return dueAt(restarted == null || imageWaited ? next : later(next, restarted.plus(cadence.afterRestart())));
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
