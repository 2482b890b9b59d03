package io.kusionstack.operating.host.lifecycle;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The value of a lifecycle label: Unix time in nanoseconds. Others write {@code true}, so a value proves no time. */
final class LabelTime {
    private static final long NANOS = 1_000_000_000L;

    private LabelTime() {}

    static String of(Instant time) {
        return Long.toString(Math.addExact(Math.multiplyExact(time.getEpochSecond(), NANOS), time.getNano()));
    }

    /** Empty where the value is not a time. */
    static Optional<Instant> time(@Nullable String value) {
        if (value == null || value.length() < 10) {
            return Optional.empty();
        }
        try {
            long nanos = Long.parseLong(value);
            return Optional.of(Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS)));
        } catch (NumberFormatException | DateTimeException noTime) {
            return Optional.empty();
        }
    }
}
