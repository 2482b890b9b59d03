package io.kusionstack.operating.testplugins.slow;

import java.time.Duration;

/**
 * What a rule asks for.
 *
 * @param takes how long a Pod has to wait for its answer
 */
public record Slow(Duration takes) {
    public Slow {
        if (takes.isNegative()) {
            throw new IllegalArgumentException("takes: " + takes + " is negative");
        }
    }
}
