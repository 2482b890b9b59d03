package io.kusionstack.operating.testbed.nodes;

import java.time.Duration;

/** How soon a node looks at a Pod that has changed. */
public enum Cadence {
    /**
     * As a kubelet does: 12 ms after the change if the Pod was not looked at within the last second, else one second
     * after that look; a readiness gate set right after a container's restart shows two seconds after it; an image that
     * was used shortly before may wait in CrashLoopBackOff.
     */
    KUBELET(Duration.ofMillis(12), Duration.ofSeconds(1), Duration.ofSeconds(2)),
    /** At once and without those waits, where only the cost of the API is measured. */
    INSTANT(Duration.ZERO, Duration.ZERO, Duration.ZERO);

    private final Duration reaction;
    private final Duration betweenLooks;
    private final Duration gateAfterRestart;

    Cadence(Duration reaction, Duration betweenLooks, Duration gateAfterRestart) {
        this.reaction = reaction;
        this.betweenLooks = betweenLooks;
        this.gateAfterRestart = gateAfterRestart;
    }

    Duration reaction() {
        return reaction;
    }

    Duration betweenLooks() {
        return betweenLooks;
    }

    Duration gateAfterRestart() {
        return gateAfterRestart;
    }

    boolean backsOffReusedImages() {
        return this == KUBELET;
    }
}
