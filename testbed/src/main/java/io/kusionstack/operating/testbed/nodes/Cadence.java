package io.kusionstack.operating.testbed.nodes;

import java.time.Duration;

/** How soon a node looks at a Pod that has changed. */
public enum Cadence {
    /**
     * As a kubelet does: 12 ms after the change if the Pod was not looked at within the last second, else one second
     * after that look; what is changed right after a container's restart, a readiness gate or another image, is seen two
     * seconds after it; an image that was used shortly before may wait in CrashLoopBackOff.
     */
    KUBELET(Duration.ofMillis(12), Duration.ofSeconds(1), Duration.ofSeconds(2)),
    /** At once and without those waits, where only the cost of the API is measured. */
    INSTANT(Duration.ZERO, Duration.ZERO, Duration.ZERO);

    private final Duration reaction;
    private final Duration betweenLooks;
    private final Duration afterRestart;

    Cadence(Duration reaction, Duration betweenLooks, Duration afterRestart) {
        this.reaction = reaction;
        this.betweenLooks = betweenLooks;
        this.afterRestart = afterRestart;
    }

    Duration reaction() {
        return reaction;
    }

    Duration betweenLooks() {
        return betweenLooks;
    }

    Duration afterRestart() {
        return afterRestart;
    }

    boolean backsOffReusedImages() {
        return this == KUBELET;
    }
}
