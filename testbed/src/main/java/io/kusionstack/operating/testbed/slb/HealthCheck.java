package io.kusionstack.operating.testbed.slb;

import java.time.Duration;
import java.time.Instant;

/**
 * How health is found out. A pure function of the probe: the same question about the same instant has the same answer.
 *
 * @param first from the registration of a backend to its first check; until then it is {@code unavailable}
 * @param interval between two checks
 * @param healthyThreshold so many good checks in a row make a backend normal
 * @param unhealthyThreshold so many bad ones make it abnormal
 */
public record HealthCheck(Duration first, Duration interval, int healthyThreshold, int unhealthyThreshold) {
    private static final int LOOKS_BACK = 200;

    public HealthCheck {
        if (first.isNegative() || !interval.isPositive() || healthyThreshold < 1 || unhealthyThreshold < 1) {
            throw new IllegalArgumentException("a health check needs a positive interval and thresholds of at least 1");
        }
    }

    /** Looks at once and believes the first answer. */
    public static HealthCheck every(Duration interval) {
        return new HealthCheck(Duration.ZERO, interval, 1, 1);
    }

    SlbHealth at(Instant now, SlbBackend backend, Instant registered, BackendProbe probe) {
        Duration age = Duration.between(registered.plus(first), now);
        if (age.isNegative()) {
            return SlbHealth.UNAVAILABLE;
        }
        long newest = age.dividedBy(interval);
        long oldest = Math.max(0, newest - LOOKS_BACK);
        int good = 0;
        int bad = 0;
        for (long check = newest; check >= oldest; check--) {
            Instant when = registered.plus(first).plus(interval.multipliedBy(check));
            boolean answered = probe.answered(backend.serverIp(), backend.port(), when);
            good = answered ? good + 1 : 0;
            bad = answered ? 0 : bad + 1;
            if (good == healthyThreshold) {
                return SlbHealth.NORMAL;
            }
            if (bad == unhealthyThreshold) {
                return SlbHealth.ABNORMAL;
            }
        }
        return SlbHealth.UNAVAILABLE;
    }
}
