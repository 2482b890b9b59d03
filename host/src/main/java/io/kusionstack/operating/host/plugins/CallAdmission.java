package io.kusionstack.operating.host.plugins;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.kusionstack.operating.host.plan.Reason;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The gate for calls on behalf of rooms. A call is about a subject: a lock key, or a rule. The circuit of a subject opens when
 * too many of its latest calls timed out or ended with an Error. All subjects with such a call among their latest share half
 * of the plugin's slots, so that what answers in time is always served. Any thread.
 */
final class CallAdmission implements CallGate {
    private static final Duration OPEN = Duration.ofSeconds(15);
    private static final Duration FOR_A_SLOT = Duration.ofSeconds(1);
    private static final int LATEST_CALLS = 10;
    private static final int ENOUGH_CALLS = 5;
    /** Beyond this the subject without a call for longest is forgotten: its failures have to be found out again. */
    private static final int MOST_TROUBLED = 1000;

    private final CircuitBreakerConfig config = CircuitBreakerConfig.custom()
            .slidingWindowSize(LATEST_CALLS)
            .minimumNumberOfCalls(ENOUGH_CALLS)
            .waitDurationInOpenState(OPEN)
            .permittedNumberOfCallsInHalfOpenState(1)
            .build();
    private final InFlight calls;
    private final CallSlots slots;
    private final CallSlots suspects;
    // guarded by this
    private final Map<String, FailureRecord> troubled = new LinkedHashMap<>(16, 0.75f, true);

    /** @param inFlight how many calls may be in the plugin at once */
    CallAdmission(int inFlight, InFlight calls) {
        this.calls = calls;
        slots = new CallSlots(inFlight);
        suspects = new CallSlots(Math.max(1, inFlight / 2));
    }

    /** The latest failures of one subject. */
    private static final class FailureRecord {
        private final CircuitBreaker breaker;
        private volatile String last = "";
        private volatile long since = System.nanoTime();

        FailureRecord(CircuitBreaker breaker) {
            this.breaker = breaker;
        }
    }

    @Override
    public CallEntry enter(CallSpec<?> spec) {
        String subject = spec.topic().subject();
        Optional<FailureRecord> trouble = trouble(subject);
        if (trouble.isPresent() && !trouble.get().breaker.tryAcquirePermission()) {
            return new CallEntry.CallRefused(
                    Reason.PLUGIN_FAILED,
                    "rests for " + subject + ", because too many of its calls there timed out or ended with an Error,"
                            + " the last: " + trouble.get().last + "; it is asked again once every "
                            + OPEN.toSeconds() + " s");
        }
        if (trouble.isPresent() && !suspects.take(Duration.ZERO)) {
            trouble.get().breaker.releasePermission();
            return full(suspects, ", about what did not answer in time of late");
        }
        if (!slots.take(FOR_A_SLOT)) {
            trouble.ifPresent(known -> {
                known.breaker.releasePermission();
                suspects.give();
            });
            return full(slots, "");
        }
        return new CallEntry.CallAdmitted(() -> {
            slots.give();
            trouble.ifPresent(known -> suspects.give());
        });
    }

    /** No failure, as long as all calls in the plugin are within their time. */
    private CallEntry full(CallSlots slots, String which) {
        return new CallEntry.CallRefused(
                calls.overdue() > 0 ? Reason.PLUGIN_FAILED : Reason.PLUGIN_BUSY,
                "holds " + slots.size() + " calls that have not returned" + which + "; it is asked again when one has");
    }

    @Override
    public synchronized void withdraw(Topic topic) {
        FailureRecord known = troubled.get(topic.subject());
        if (known != null) {
            known.breaker.releasePermission();
        }
    }

    @Override
    public synchronized void ended(Topic topic, Optional<String> trouble, Duration took) {
        String subject = topic.subject();
        if (trouble.isPresent()) {
            FailureRecord failures =
                    troubled.computeIfAbsent(subject, absent -> new FailureRecord(CircuitBreaker.of(subject, config)));
            failures.last = trouble.get();
            failures.since = System.nanoTime();
            failures.breaker.onError(took.toNanos(), TimeUnit.NANOSECONDS, new TimeoutException(subject));
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

    synchronized boolean isAnyCircuitOpen() {
        return troubled.values().stream().anyMatch(CallAdmission::isOpen);
    }

    /** The state of a circuit changes only when a call asks: without calls it would count as open for ever. */
    private static boolean isOpen(FailureRecord trouble) {
        return trouble.breaker.getState() == CircuitBreaker.State.OPEN
                && System.nanoTime() - trouble.since < OPEN.toNanos();
    }
}
