package io.kusionstack.operating.testbed.demo;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steady requests through a load balancer, none of them real: each is given to the Pod that the balancer would choose at
 * that moment and judged, when it has ended, by what the nodes know. Runs on one thread of its own; any thread may ask.
 */
public final class Traffic implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Traffic.class);

    private final Load load;
    private final Supplier<Map<String, Integer>> balancer;
    private final Ledger.Truth truth;
    private final Clock clock;
    private final Random random;
    private final Ledger ledger = new Ledger();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("traffic").factory());
    private boolean sending = true;

    /**
     * How much there is to do.
     *
     * @param perSecond how many requests begin in a second
     * @param longest how long a request takes at most; at least a tenth of it
     * @param seed of the draws: by whom a request is served and how long it takes
     */
    public record Load(int perSecond, Duration longest, long seed) {}

    private Traffic(Load load, Supplier<Map<String, Integer>> balancer, Ledger.Truth truth, Clock clock) {
        this.load = load;
        this.balancer = balancer;
        this.truth = truth;
        this.clock = clock;
        this.random = new Random(load.seed());
    }

    /**
     * Begins.
     *
     * @param balancer whom it would send a request to now, by address, with weights
     * @param truth what the nodes know, by the same clock
     */
    static Traffic start(Load load, Supplier<Map<String, Integer>> balancer, Ledger.Truth truth, Clock clock) {
        Traffic traffic = new Traffic(load, balancer, truth, clock);
        traffic.thread.scheduleAtFixedRate(traffic::beat, 0, 1_000_000_000L / load.perSecond(), TimeUnit.NANOSECONDS);
        return traffic;
    }

    private synchronized void beat() {
        try {
            Instant now = clock.instant();
            if (sending) {
                send(now);
            }
            ledger.judge(now, truth);
        } catch (RuntimeException broken) {
            // A scheduled task that throws is silently never run again: that would look like a quiet day.
            LOG.atError().addKeyValue("reason", broken.getMessage()).log("A request could not be sent");
            ledger.unserved();
        }
    }

    private void send(Instant now) {
        Optional<String> chosen = Draw.by(balancer.get(), random.nextDouble());
        long longest = load.longest().toNanos();
        Duration takes = Duration.ofNanos(longest / 10 + (long) (random.nextDouble() * (longest - longest / 10)));
        chosen.ifPresentOrElse(address -> ledger.sent(new Request(address, now, now.plus(takes))), ledger::unserved);
    }

    /** What became of the requests judged so far. */
    public synchronized Counts counts() {
        return ledger.counts();
    }

    /** Sends no more; {@link #isQuiet} tells when the last request is judged. */
    public synchronized void stop() {
        sending = false;
    }

    /** Whether no request is under way. */
    public synchronized boolean isQuiet() {
        return ledger.underWay() == 0;
    }

    /** Ends at once; what is under way is not judged. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
