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
final class CallAdmission {
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
    private final CallSlots slots;
    private final CallSlots suspects;
    // guarded by this
    private final Map<String, FailureRecord> troubled = new LinkedHashMap<>(16, 0.75f, true);

    /** @param inFlight how many calls may be in the plugin at once */
    CallAdmission(int inFlight) {
        slots = new CallSlots(inFlight);
        suspects = new CallSlots(Math.max(1, inFlight / 2));
    }

    /** A subject that lately cost the host something. */
    private static final class FailureRecord {
        private final CircuitBreaker breaker;
        private volatile String last = "";
        private volatile long since = System.nanoTime();

        FailureRecord(CircuitBreaker breaker) {
            this.breaker = breaker;
        }
    }

    sealed interface CallEntry {
        /** Whoever has it leaves exactly once. */
        record CallAdmitted(Optional<CallSlots> alsoHeld) implements CallEntry {}

        /** @param rests whether the subject is left alone, and not only the plugin full */
        record CallRefused(String why, boolean rests) implements CallEntry {}
    }

    /** @param patience how long to wait for others to leave */
    CallEntry enter(String subject, Duration patience) {
        Optional<FailureRecord> trouble = trouble(subject);
        if (trouble.isPresent() && !trouble.get().breaker.tryAcquirePermission()) {
            return new CallEntry.CallRefused(
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
        return new CallEntry.CallAdmitted(trouble.map(known -> suspects));
    }

    private static CallEntry full(CallSlots slots, String which) {
        return new CallEntry.CallRefused(
                "holds " + slots.size() + " calls that have not returned" + which + "; it is asked again when one has",
                false);
    }

    void leave(CallEntry.CallAdmitted admitted) {
        slots.give();
        admitted.alsoHeld().ifPresent(CallSlots::give);
    }

    /** The call was admitted and then not made. */
    synchronized void withdraw(String subject) {
        FailureRecord known = troubled.get(subject);
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
            FailureRecord trouble =
                    troubled.computeIfAbsent(subject, absent -> new FailureRecord(CircuitBreaker.of(subject, config)));
            trouble.last = cost.get();
            trouble.since = System.nanoTime();
            trouble.breaker.onError(took.toNanos(), TimeUnit.NANOSECONDS, new TimeoutException(subject));
            if (troubled.size() > MOST_TROUBLED) {
                troubled.remove(troubled.keySet().iterator().next());
            }
            return;
        }
        FailureRecord known = troubled.get(subject);
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

    private synchronized Optional<FailureRecord> trouble(String subject) {
        return Optional.ofNullable(troubled.get(subject));
    }

    synchronized boolean isAnyResting() {
        return troubled.values().stream().anyMatch(CallAdmission::rests);
    }

    /** One that nobody asks for any more stays open for ever, and does not rest. */
    private static boolean rests(FailureRecord trouble) {
        return trouble.breaker.getState() == CircuitBreaker.State.OPEN
                && System.nanoTime() - trouble.since < REST.toNanos();
    }

    synchronized int troubled() {
        return troubled.size();
    }
}
