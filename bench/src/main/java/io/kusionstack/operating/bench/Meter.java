package io.kusionstack.operating.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Measures one update of the Pods of one namespace, the host's and the floors' alike. */
final class Meter implements AutoCloseable {
    /** What is still written after the last Pod is back, for example the status of a set and a rule. */
    private static final Duration AFTERMATH = Duration.ofSeconds(2);

    private final Site site;
    private final Optional<StageWatch> stages;
    private final ServerCpu before;
    private final long began;

    private Meter(Site site, Optional<StageWatch> stages) {
        this.site = site;
        this.stages = stages;
        this.before = site.serverCpu();
        this.began = System.nanoTime();
    }

    /** The update begins now. */
    static Meter start(Site site) {
        return new Meter(site, Optional.empty());
    }

    /** The update begins now, and when its Pods reach their stages is of interest, at the cost of one more watch. */
    static Meter startWithStages(Site site, String namespace) throws InterruptedException {
        return new Meter(site, Optional.of(StageWatch.start(site.api(), namespace)));
    }

    /** The last Pod is back in service now; returns after the aftermath. */
    Run stop(int pods) {
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        pauseUntil(Instant.now().plus(AFTERMATH));
        ServerCpu used = site.serverCpu().minus(before);
        return new Run(pods, took, used, stages.map(StageWatch::times).orElse(StageTimes.NONE));
    }

    static void pauseUntil(Instant end) {
        while (Instant.now().isBefore(end)) {
            LockSupport.parkNanos(Duration.between(Instant.now(), end).toNanos());
        }
    }

    @Override
    public void close() {
        stages.ifPresent(StageWatch::close);
    }
}
