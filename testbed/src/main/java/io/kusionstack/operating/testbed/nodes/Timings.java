package io.kusionstack.operating.testbed.nodes;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How one container behaves once all scripts that fit it are applied, the later over the earlier. */
record Timings(
        Duration pull,
        boolean pullFails,
        Duration start,
        Duration ready,
        boolean neverReady,
        @Nullable Crash crash,
        Duration stop,
        String digest) {

    /** A container's own end: how long after its start, and with which exit code. */
    record Crash(Duration after, int exitCode) {}

    static Timings of(List<NodeScript> scripts, String node, String pod, String image) {
        Timings timings = new Timings(
                Duration.ofMillis(50),
                false,
                Duration.ofMillis(30),
                Duration.ofMillis(20),
                false,
                null,
                Duration.ofMillis(50),
                image);
        for (NodeScript script : scripts) {
            if (script.fits(node, pod, image)) {
                timings = script.apply(timings);
            }
        }
        return timings;
    }

    Timings withPull(Duration time, boolean fails) {
        return new Timings(time, fails, start, ready, neverReady, crash, stop, digest);
    }

    Timings withStart(Duration time) {
        return new Timings(pull, pullFails, time, ready, neverReady, crash, stop, digest);
    }

    Timings withReady(Duration time, boolean never) {
        return new Timings(pull, pullFails, start, time, never, crash, stop, digest);
    }

    Timings withCrash(Crash end) {
        return new Timings(pull, pullFails, start, ready, neverReady, end, stop, digest);
    }

    Timings withStop(Duration time) {
        return new Timings(pull, pullFails, start, ready, neverReady, crash, time, digest);
    }

    Timings withDigest(String name) {
        return new Timings(pull, pullFails, start, ready, neverReady, crash, stop, name);
    }
}
