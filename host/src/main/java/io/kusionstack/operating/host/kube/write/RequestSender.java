package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.WriteResult;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Every write goes out through here: limited, fenced, measured. Any thread; blocks. */
final class RequestSender {
    /** Why nothing is sent any more. */
    static final String STOPPING = "the host is stopping";

    private static final Duration DEFAULT_PAUSE = Duration.ofSeconds(1);

    private final ApiClient client;
    private final ApiLimiter limiter;
    private final Fence fence;
    private final WriteMetrics metrics;

    RequestSender(ApiClient client, ApiLimiter limiter, Fence fence, WriteMetrics metrics) {
        this.client = client;
        this.limiter = limiter;
        this.fence = fence;
        this.metrics = metrics;
    }

    /** How long a request may be under way. */
    Duration timeout() {
        return client.timeout();
    }

    /** One request. */
    @FunctionalInterface
    interface ApiRequest {
        ApiResponse send(ApiClient client) throws IOException;
    }

    /** Waits its turn and sends. */
    WriteResult send(Urgency urgency, String kind, String verb, ApiRequest request) {
        return inTurn(urgency, () -> sendInTurn(kind, verb, () -> true, request))
                .orElseGet(() -> {
                    metrics.notSent(kind, verb);
                    return notSent(STOPPING);
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
    WriteResult sendInTurn(String kind, String verb, BooleanSupplier current, ApiRequest request) {
        if (!fence.isOpenFor(client.timeout())) {
            metrics.notSent(kind, verb);
            return notSent("the lease is not sure to outlast the request");
        }
        if (!current.getAsBoolean()) {
            metrics.outdated(kind);
            return changed();
        }
        return sendNow(kind, verb, request);
    }

    /** Nothing was sent. */
    static WriteResult.NotDone notSent(String why) {
        return new WriteResult.NotDone(WriteResult.Cause.NOT_SENT, 0, why);
    }

    /** Nothing was sent: an epoch has begun, and not all Pods of it are known. */
    static WriteResult.NotDone newEpoch() {
        return notSent("the API server was restored to an earlier state, and its Pods are not all listed yet");
    }

    /** Nothing was sent: there is a newer record than the one that the write was decided on. */
    static WriteResult.NotDone changed() {
        return new WriteResult.NotDone(WriteResult.Cause.CONFLICT, 0, "the object has changed meanwhile");
    }

    /** It was sent, and whether it was done is not known. */
    static WriteResult.NotDone unknown(String why) {
        return new WriteResult.NotDone(WriteResult.Cause.UNKNOWN, 0, why);
    }

    private WriteResult sendNow(String kind, String verb, ApiRequest request) {
        long start = System.nanoTime();
        try {
            ApiResponse response = request.send(client);
            WriteResult result = response.writeResult();
            measure(kind, verb, response, result, Duration.ofNanos(System.nanoTime() - start));
            return result instanceof WriteResult.NotDone notDone && notDone.cause() == WriteResult.Cause.UNKNOWN
                    ? unknown(notDone.message())
                    : result;
        } catch (ConnectException e) {
            metrics.notSent(kind, verb);
            return notSent("no connection to the API server: " + e.getMessage());
        } catch (InterruptedIOException e) {
            metrics.unknownOutcome(kind, verb);
            return unknown("no answer within " + client.timeout().toMillis()
                    + " ms: the API server hangs, or a webhook that it has to ask");
        } catch (IOException e) {
            metrics.unknownOutcome(kind, verb);
            return unknown(e.toString());
        }
    }

    private void measure(String kind, String verb, ApiResponse response, WriteResult result, Duration latency) {
        if (!(result instanceof WriteResult.NotDone notDone)) {
            metrics.sent(kind, verb, latency);
            limiter.answered(latency);
            return;
        }
        switch (notDone.cause()) {
            case BUSY -> throttle(response);
            case CONFLICT -> metrics.conflict(kind, verb);
            case REFUSED, UNDONE, FORBIDDEN, FAILED -> metrics.refused(kind, verb, notDone.code());
            case UNKNOWN, NOT_SENT -> metrics.unknownOutcome(kind, verb);
        }
    }

    private void throttle(ApiResponse busy) {
        Duration pause = busy.retryAfter().isZero() ? DEFAULT_PAUSE : busy.retryAfter();
        metrics.throttled(pause);
        limiter.pause(pause);
    }

    /** A read that takes its turn among the writes. */
    ApiResponse read(ApiRequest request) throws IOException {
        try {
            limiter.enter(Urgency.SLOT_HOLDER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(STOPPING);
        }
        try {
            return readInTurn(request);
        } finally {
            limiter.leave();
        }
    }

    /** As {@link #read}, without waiting; to be called in turn. */
    ApiResponse readInTurn(ApiRequest request) throws IOException {
        ApiResponse response = request.send(client);
        if (response.writeResult() instanceof WriteResult.NotDone(WriteResult.Cause cause, int code, String message)
                && cause == WriteResult.Cause.BUSY) {
            throttle(response);
        }
        return response;
    }
}
