package io.kusionstack.operating.testbed.nodes;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * How long a container's next start must wait. The first restart of an image after an earlier exit is free and
 * remembered for ten minutes; a further one within that time waits as long as was recorded of a true kubelet, 17 s and
 * then 30 s (it looks only every 10 to 15 s whether its own 10 s and 20 s are over), and twice as long each time after.
 */
record BackOff(Map<String, Instant> restarted, int exits, Duration delay) {
    private static final Duration FIRST = Duration.ofSeconds(17);
    private static final Duration SECOND = Duration.ofSeconds(30);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final Duration MEMORY = Duration.ofMinutes(10);

    static final BackOff NONE = new BackOff(Map.of(), 0, FIRST);

    BackOff {
        restarted = Map.copyOf(restarted);
    }

    BackOff exited() {
        return new BackOff(restarted, exits + 1, delay);
    }

    /** Whether a start of the image at that time must wait; there is no wait before the first exit. */
    boolean holds(String image, Instant now) {
        Instant last = restarted.get(image);
        return exits > 0 && last != null && last.plus(MEMORY).isAfter(now);
    }

    BackOff waited() {
        Duration next = delay.compareTo(SECOND) < 0 ? SECOND : delay.multipliedBy(2);
        return new BackOff(restarted, exits, next.compareTo(LONGEST) > 0 ? LONGEST : next);
    }

    BackOff restarting(String image, Instant now) {
        if (exits == 0) {
            return this;
        }
        Map<String, Instant> next = new HashMap<>(restarted);
        next.values().removeIf(last -> !last.plus(MEMORY).isAfter(now));
        Duration first = next.isEmpty() ? FIRST : delay;
        next.put(image, now);
        return new BackOff(next, exits, first);
    }
}
