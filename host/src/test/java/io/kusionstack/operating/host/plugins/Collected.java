package io.kusionstack.operating.host.plugins;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Whether the garbage collector took something. */
final class Collected {
    private Collected() {}

    static boolean within(Duration limit, List<WeakReference<ClassLoader>> traces) {
        Instant end = Instant.now().plus(limit);
        while (traces.stream().anyMatch(trace -> trace.get() != null)) {
            if (Instant.now().isAfter(end)) {
                return false;
            }
            System.gc();
        }
        return !traces.isEmpty();
    }
}
