package io.kusionstack.operating.testbed.slb;

import java.time.Clock;
import java.time.Duration;

/**
 * How an emulator behaves. Start from {@link #standard}.
 *
 * @param accessKeyId the one key that may call
 * @param accessKeySecret what it signs with
 * @param region the one region there is
 * @param windows for how long a write keeps others away; can be switched later
 * @param limits what the account may do; can be switched later
 * @param check how health is found out
 * @param probe what health checks ask
 * @param clock what time it is
 */
public record SlbOptions(
        String accessKeyId,
        String accessKeySecret,
        String region,
        SlbWindows windows,
        SlbLimits limits,
        HealthCheck check,
        BackendProbe probe,
        Clock clock) {
    /** No windows, documented limits without throttling, a check each 200 ms after the first half second. */
    public static SlbOptions standard(BackendProbe probe) {
        return new SlbOptions(
                "emulator-key",
                "emulator-secret",
                "cn-hangzhou",
                SlbWindows.none(),
                SlbLimits.documented(),
                new HealthCheck(Duration.ofMillis(500), Duration.ofMillis(200), 2, 2),
                probe,
                Clock.systemUTC());
    }

    /** The same with other windows. */
    public SlbOptions with(SlbWindows other) {
        return new SlbOptions(accessKeyId, accessKeySecret, region, other, limits, check, probe, clock);
    }

    /** The same with other limits. */
    public SlbOptions with(SlbLimits other) {
        return new SlbOptions(accessKeyId, accessKeySecret, region, windows, other, check, probe, clock);
    }

    /** The same with another health check. */
    public SlbOptions with(HealthCheck other) {
        return new SlbOptions(accessKeyId, accessKeySecret, region, windows, limits, other, probe, clock);
    }

    /** The same with another clock. */
    public SlbOptions with(Clock other) {
        return new SlbOptions(accessKeyId, accessKeySecret, region, windows, limits, check, probe, other);
    }
}
