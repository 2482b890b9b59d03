package io.kusionstack.operating.host.plan;

import java.time.Instant;

/** One condition of a Pod's status; {@code status} is {@code True}, {@code False} or {@code Unknown}. */
public record PodCondition(String type, String status, String reason, Instant lastTransition) {
    public static final String READY = "Ready";
    public static final String CONTAINERS_READY = "ContainersReady";
    public static final String SCHEDULED = "PodScheduled";
    public static final String DISRUPTION_TARGET = "DisruptionTarget";

    public boolean isTrue() {
        return status.equals("True");
    }

    public boolean isFalse() {
        return status.equals("False");
    }
}
