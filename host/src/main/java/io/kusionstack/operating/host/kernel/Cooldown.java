package io.kusionstack.operating.host.kernel;

import java.time.Duration;

/**
 * How long a key is left alone after each look, so that one busy object never takes more than its share of the processor: the
 * first change is looked at at once, what changes during the rest is gathered for one look.
 *
 * @param times how many times as long as the look took; 0 for no rest
 * @param shortest however short the look was; not longer than {@code longest}
 * @param longest however long the look took
 */
public record Cooldown(int times, Duration shortest, Duration longest) {
    public Cooldown {
        if (times < 0 || shortest.isNegative() || longest.compareTo(shortest) < 0) {
            throw new IllegalArgumentException(
                    "want times >= 0 and 0 <= shortest <= longest, got " + times + ", " + shortest + " and " + longest);
        }
    }

    public Cooldown(int times, Duration longest) {
        this(times, Duration.ZERO, longest);
    }

    /** For looks that cost nothing worth saving. */
    public static Cooldown none() {
        return new Cooldown(0, Duration.ZERO);
    }

    /** The same, but never shorter than that. */
    public Cooldown atLeast(Duration least) {
        return new Cooldown(times, least, longest);
    }

    public Duration after(Duration look) {
        Duration rest = look.multipliedBy(times);
        if (rest.compareTo(shortest) < 0) {
            return shortest;
        }
        return Durations.shorter(rest, longest);
    }
}
