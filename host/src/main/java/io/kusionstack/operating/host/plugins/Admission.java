package io.kusionstack.operating.host.plugins;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Which calls may enter one plugin. A call is about a subject: a lock key, or a rule. A subject whose calls overran, or ended
 * with an Error, too often of late rests; one that did so at all lately may hold no more than half of the plugin's slots
 * together with its like, so that what answers in time is always served. Any thread.
 */
final class Admission {
    private static final Duration REST = Duration.ofSeconds(15);
    private static final int LATEST_CALLS = 10;
    private static final int ENOUGH_CALLS = 5;
    /** Who was not asked about for longest is forgotten, which costs no more than finding it out again. */
    private static final int MOST_TROUBLED = 1000;

    private final CircuitBreakerConfig config = CircuitBreakerConfig.custom()
            .slidingWindowSize(LATEST_CALLS)
            .minimumNumberOfCalls(ENOUGH_CALLS)
            .waitDurationInOpenState(REST)
            .permittedNumberOfCallsInHalfOpenState(1)
            .build();
    private final Slots slots;
    private final Slots suspects;
    // guarded by this
    private final Map<String, Trouble> troubled = new LinkedHashMap<>(16, 0.75f, true);

    /** @param inFlight how many calls may be in the plugin at once */
    Admission(int inFlight) {
        slots = new Slots(inFlight);
        suspects = new Slots(Math.max(1, inFlight / 2));
    }

    /** A subject that lately cost the host something. */
    private static final class Trouble {
        private final CircuitBreaker breaker;
        private volatile String last = "";
        private volatile long since = System.nanoTime();

        Trouble(CircuitBreaker breaker) {
            this.breaker = breaker;
        }
    }

    sealed interface Entry {
        /** Whoever has it leaves exactly once. */
        record Admitted(Optional<Slots> alsoHeld) implements Entry {}

        /** @param rests whether the subject is left alone, and not only the plugin full */
        record Refused(String why, boolean rests) implements Entry {}
    }

    /** @param patience how long to wait for others to leave */
    Entry enter(String subject, Duration patience) {
        Optional<Trouble> trouble = trouble(subject);
        if (trouble.isPresent() && !trouble.get().breaker.tryAcquirePermission()) {
            return new Entry.Refused(
                    "rests for " + subject + ", because too many of its calls there overran or ended with an Error,"
                            + " the last: " + trouble.get().last + "; it is asked again once every "
                            + REST.toSeconds() + " s",
                    true);
        }
        if (trouble.isPresent() && !suspects.take(Duration.ZERO)) {
            trouble.get().breaker.releasePermission();
            return full(suspects, ", about what did not answer in time of late");
        }
        if (!slots.take(patience)) {
            trouble.ifPresent(known -> {
                known.breaker.releasePermission();
                suspects.give();
            });
            return full(slots, "");
        }
        return new Entry.Admitted(trouble.map(known -> suspects));
    }

    private static Entry full(Slots slots, String which) {
        return new Entry.Refused(
                "holds " + slots.size() + " calls that have not returned" + which + "; it is asked again when one has",
                false);
    }

    void leave(Entry.Admitted admitted) {
        slots.give();
        admitted.alsoHeld().ifPresent(Slots::give);
    }

    /** The call was admitted and then not made. */
    synchronized void withdraw(String subject) {
        Trouble known = troubled.get(subject);
        if (known != null) {
            known.breaker.releasePermission();
        }
    }

    /**
     * How an admitted call ended for the one who asked.
     *
     * @param cost what happened, if it overran or ended with an Error
     */
    synchronized void ended(String subject, Optional<String> cost, Duration took) {
        if (cost.isPresent()) {
            Trouble trouble =
                    troubled.computeIfAbsent(subject, absent -> new Trouble(CircuitBreaker.of(subject, config)));
            trouble.last = cost.get();
            trouble.since = System.nanoTime();
            trouble.breaker.onError(took.toNanos(), TimeUnit.NANOSECONDS, new TimeoutException(subject));
            if (troubled.size() > MOST_TROUBLED) {
                troubled.remove(troubled.keySet().iterator().next());
            }
            return;
        }
        Trouble known = troubled.get(subject);
        if (known != null) {
            known.breaker.onSuccess(took.toNanos(), TimeUnit.NANOSECONDS);
            if (isWell(known.breaker)) {
                troubled.remove(subject);
            }
        }
    }

    private static boolean isWell(CircuitBreaker breaker) {
        return breaker.getState() == CircuitBreaker.State.CLOSED
                && breaker.getMetrics().getNumberOfFailedCalls() == 0;
    }

    private synchronized Optional<Trouble> trouble(String subject) {
        return Optional.ofNullable(troubled.get(subject));
    }

    synchronized boolean isAnyResting() {
        return troubled.values().stream().anyMatch(Admission::rests);
    }

    /** One that nobody asks for any more stays open for ever, and does not rest. */
    private static boolean rests(Trouble trouble) {
        return trouble.breaker.getState() == CircuitBreaker.State.OPEN
                && System.nanoTime() - trouble.since < REST.toNanos();
    }

    synchronized int troubled() {
        return troubled.size();
    }
}
