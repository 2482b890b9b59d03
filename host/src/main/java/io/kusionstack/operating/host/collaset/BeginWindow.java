package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;

/**
 * How many Pods of a set may have the label of an operation while they still serve: those that could leave soon, and no more.
 * A Pod that leaves makes room for the next, so a set that is not held back goes on as fast as it can, and a set that is held back
 * does not label thousands of Pods. A Pod that waits for longer than 30 s does not count any more, because the obstacle may concern it
 * alone.
 */
final class BeginWindow {
    static final int SIZE = 32;
    static final Duration FRESH = Duration.ofSeconds(30);

    private int left;

    private BeginWindow(int left) {
        this.left = left;
    }

    /** @param id of the operation, for which {@code type} is begun */
    static BeginWindow of(Collection<SetPod> podsOfSet, String id, String type, Instant now) {
        int waiting = 0;
        for (SetPod setPod : podsOfSet) {
            waiting += PodOps.isDuring(setPod.pod(), id, type) && isWaiting(setPod, id, now) ? 1 : 0;
        }
        return new BeginWindow(SIZE - waiting);
    }

    private static boolean isWaiting(SetPod setPod, String id, Instant now) {
        return PodOps.operation(setPod.pod(), id)
                .filter(operation -> operation.phase() == PodOps.Phase.PRE_CHECK)
                .filter(operation -> operation
                        .since()
                        .filter(since -> !now.isAfter(since.plus(FRESH)))
                        .isPresent())
                .isPresent();
    }

    /** False if one more Pod has to wait without the label. */
    boolean admits() {
        left = left - 1;
        return left >= 0;
    }
}
