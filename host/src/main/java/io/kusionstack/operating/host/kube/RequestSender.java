package io.kusionstack.operating.host.kube;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Every write goes out through here: limited, fenced, measured. Any thread; blocks. */
final class RequestSender {
    private static final Duration DEFAULT_PAUSE = Duration.ofSeconds(1);

    private final ApiLimiter limiter;
    private final Fence fence;
    private final WriteMetrics metrics;
    private final Duration timeout;

    /** @param timeout how long a request may be under way */
    RequestSender(ApiLimiter limiter, Fence fence, WriteMetrics metrics, Duration timeout) {
        this.limiter = limiter;
        this.fence = fence;
        this.metrics = metrics;
        this.timeout = timeout;
    }

    /** One request. */
    @FunctionalInterface
    interface ApiRequest {
        ApiResponse send() throws IOException;
    }

    /** What became of a request. */
    sealed interface SendResult {
        /** The API server answered. */
        record Answered(ApiResponse answer) implements SendResult {}

        /** Nothing was sent. */
        record NotSent(String why) implements SendResult {}

        /** Nothing was sent: while the request waited its turn, the object it was decided on has changed. */
        record Overtaken() implements SendResult {}

        /** It was sent, and what became of it is not known. */
        record Lost(String why) implements SendResult {}
    }

    /** Waits its turn and sends. */
    SendResult send(Urgency urgency, String kind, String verb, ApiRequest request) {
        return inTurn(urgency, () -> sendInTurn(kind, verb, () -> true, request))
                .orElseGet(() -> {
                    metrics.notSent(kind, verb);
                    return new SendResult.NotSent("the host is stopping");
                });
    }

    /** Waits its turn, and holds it while the work decides and sends; empty when the host stops. */
    <T> Optional<T> inTurn(Urgency urgency, Supplier<T> work) {
        try {
            limiter.enter(urgency);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
        try {
            return Optional.of(work.get());
        } finally {
            limiter.leave();
        }
    }

    /**
     * Asks the fence at the last moment and sends; to be called in turn.
     *
     * @param current asked at the last moment, too: is the decision still about the newest state that is known?
     */
    SendResult sendInTurn(String kind, String verb, BooleanSupplier current, ApiRequest request) {
        if (!fence.isOpenFor(timeout)) {
            metrics.notSent(kind, verb);
            return new SendResult.NotSent("the lease is not sure to outlast the request");
        }
        return current.getAsBoolean() ? sendNow(kind, verb, request) : new SendResult.Overtaken();
    }

    private SendResult sendNow(String kind, String verb, ApiRequest request) {
        long start = System.nanoTime();
        try {
            ApiResponse answer = request.send();
            switch (Fate.of(answer)) {
                case DONE -> {
                    Duration latency = Duration.ofNanos(System.nanoTime() - start);
                    metrics.sent(kind, verb, latency);
                    limiter.answered(latency);
                }
                case BUSY -> {
                    Duration pause = answer.retryAfter().isZero() ? DEFAULT_PAUSE : answer.retryAfter();
                    metrics.throttled(pause);
                    limiter.pause(pause);
                }
                case CONFLICT -> metrics.conflict(kind, verb);
                case REFUSED, FORBIDDEN, FAILED -> metrics.refused(kind, verb, answer.code());
                case UNKNOWN -> {
                    metrics.unknownOutcome(kind, verb);
                    return new SendResult.Lost(answer.message());
                }
                case NOT_SENT, READ_AGAIN -> throw new IllegalStateException("no answer says so: " + answer.code());
            }
            return new SendResult.Answered(answer);
        } catch (ConnectException e) {
            metrics.notSent(kind, verb);
            return new SendResult.NotSent("no connection to the API server: " + e.getMessage());
        } catch (InterruptedIOException e) {
            metrics.unknownOutcome(kind, verb);
            return new SendResult.Lost("no answer within " + timeout.toMillis()
                    + " ms: the API server hangs, or a webhook that it has to ask");
        } catch (IOException e) {
            metrics.unknownOutcome(kind, verb);
            return new SendResult.Lost(e.toString());
        }
    }

    /** A read that takes its turn among the writes. */
    ApiResponse read(ApiRequest request) throws IOException {
        try {
            limiter.enter(Urgency.SLOT_HOLDER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the host is stopping");
        }
        try {
            return request.send();
        } finally {
            limiter.leave();
        }
    }
}
