package io.kusionstack.operating.host.kube;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Every write goes out through here: limited, fenced, measured. Any thread; blocks. */
final class Delivery {
    private static final Duration DEFAULT_PAUSE = Duration.ofSeconds(1);

    private final ApiLimiter limiter;
    private final Fence fence;
    private final ActMetrics metrics;
    private final Duration timeout;

    /** @param timeout how long a request may be under way */
    Delivery(ApiLimiter limiter, Fence fence, ActMetrics metrics, Duration timeout) {
        this.limiter = limiter;
        this.fence = fence;
        this.metrics = metrics;
        this.timeout = timeout;
    }

    /** One request. */
    @FunctionalInterface
    interface Request {
        Answer send() throws IOException;
    }

    /** What became of a request. */
    sealed interface Result {
        /** The API server answered. */
        record Answered(Answer answer) implements Result {}

        /** Nothing was sent. */
        record NotSent(String why) implements Result {}

        /** Nothing was sent: while the request waited its turn, the object it was decided on has changed. */
        record Overtaken() implements Result {}

        /** It was sent, and what became of it is not known. */
        record Lost(String why) implements Result {}
    }

    /** Waits its turn, asks the fence at the last moment, sends. */
    Result send(String kind, String verb, Request request) {
        return send(kind, verb, () -> true, request);
    }

    /** @param current asked at the last moment: is the decision still about the newest state that is known? */
    Result send(String kind, String verb, BooleanSupplier current, Request request) {
        try {
            limiter.enter();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            metrics.notSent(kind, verb);
            return new Result.NotSent("the host is stopping");
        }
        try {
            if (!fence.isOpenFor(timeout)) {
                metrics.notSent(kind, verb);
                return new Result.NotSent("the lease is not sure to outlast the request");
            }
            return current.getAsBoolean() ? sendNow(kind, verb, request) : new Result.Overtaken();
        } finally {
            limiter.leave();
        }
    }

    private Result sendNow(String kind, String verb, Request request) {
        long start = System.nanoTime();
        try {
            Answer answer = request.send();
            if (answer.isSuccess()) {
                metrics.sent(kind, verb, Duration.ofNanos(System.nanoTime() - start));
            } else if (answer.isBusy()) {
                Duration pause = answer.retryAfter().isZero() ? DEFAULT_PAUSE : answer.retryAfter();
                metrics.throttled(pause);
                limiter.pause(pause);
            } else if (answer.isConflict()) {
                metrics.conflict(kind, verb);
            } else if (answer.isRefusal()) {
                metrics.refused(kind, verb, answer.code());
            } else if (answer.code() >= 500) {
                metrics.unknownOutcome(kind, verb);
                return new Result.Lost(answer.message());
            }
            return new Result.Answered(answer);
        } catch (ConnectException e) {
            metrics.notSent(kind, verb);
            return new Result.NotSent("no connection to the API server: " + e.getMessage());
        } catch (IOException e) {
            metrics.unknownOutcome(kind, verb);
            return new Result.Lost(e.toString());
        }
    }

    /** A read that takes its turn among the writes. */
    Answer read(Request request) throws IOException {
        try {
            limiter.enter();
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
