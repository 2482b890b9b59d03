package io.kusionstack.operating.bench;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;

/** One line for every phase that is over: how long it took, and the load of the machine at its end. For one thread. */
final class Progress {
    private final PrintStream out;
    private final long began = System.nanoTime();
    private long last = began;

    Progress(PrintStream out) {
        this.out = out;
    }

    /** Everything since the line before was this. */
    void done(String phase) {
        long now = System.nanoTime();
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        out.printf(
                Locale.ROOT,
                "%7.1f s  %6.1f s  load %4.1f  %s%n",
                seconds(now - began),
                seconds(now - last),
                load,
                phase);
        last = now;
    }

    private static double seconds(long nanos) {
        return Duration.ofNanos(nanos).toMillis() / 1000.0;
    }
}
