package io.kusionstack.operating.host.plugins;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * One call on a thread of the plugin. Its return and the time-out of its caller meet in one compare-and-set: the first of
 * them decides what the caller gets, the second releases the slot.
 *
 * <pre>
 *   queued ──▶ running ──▶ returned                     the caller takes the result and releases the slot
 *      │          │
 *      └──────────┴──▶ interrupting ──▶ timed out       the caller has an answer; when the plugin returns, its thread
 *                                                       hands over the late value and releases the slot
 * </pre>
 *
 * A thread that returns while it is being interrupted waits until that is done: no interrupt reaches the next call on it.
 */
final class RunningCall<T> implements Runnable {
    private final CallSpec<T> spec;
    private final CallEnvironment environment;
    private final Runnable leave;
    private final Thread caller = Thread.currentThread();
    private final AtomicReference<CallState<T>> state = new AtomicReference<>(new CallState.CallQueued<>());

    /** What all calls of a plugin have in common. */
    record CallEnvironment(ClassLoader loader, ErrorText texts, InFlight inFlight) {}

    private sealed interface CallState<T> {
        record CallQueued<T>() implements CallState<T> {}

        record CallRunning<T>(Thread thread) implements CallState<T> {}

        record CallReturned<T>(CallResult<T> result) implements CallState<T> {}

        record CallInterrupting<T>() implements CallState<T> {}

        record CallTimedOut<T>() implements CallState<T> {}
    }

    /** What the caller gets. */
    sealed interface CallResult<T> {
        record Value<T>(T value) implements CallResult<T> {}

        record Threw<T>(String text, boolean isError) implements CallResult<T> {}

        /** The caller stopped waiting, or was interrupted. */
        record TimedOut<T>() implements CallResult<T> {}

        /** It kept a thread for longer than allowed, or may have left the process in disorder. */
        default boolean isCostly() {
            return switch (this) {
                case Value<T> value -> false;
                case Threw<T> threw -> threw.isError();
                case TimedOut<T> late -> true;
            };
        }

        /**
         * The end of a sentence about the plugin; empty for a value.
         *
         * @param limit the time that was allowed, as the end of a sentence
         */
        default String trouble(String call, String limit) {
            return switch (this) {
                case Value<T> value -> "";
                case Threw<T> threw -> "failed in " + call + ": " + threw.text();
                case TimedOut<T> late -> "did not return from " + call + " " + limit;
            };
        }
    }

    /**
     * To be made by the thread that calls {@link #send}.
     *
     * @param leave called once, when the plugin has really returned
     */
    RunningCall(CallSpec<T> spec, CallEnvironment environment, Runnable leave) {
        this.spec = spec;
        this.environment = environment;
        this.leave = leave;
    }

    String name() {
        return spec.topic().call();
    }

    /** Waits for the limit of the call at most, and not at all in an interrupted thread. Once. */
    CallResult<T> send(Executor threads) {
        try {
            threads.execute(this);
        } catch (Throwable e) {
            end();
            return new CallResult.Threw<>("no thread could be started: " + e, true);
        }
        long end = System.nanoTime() + spec.limit().toNanos();
        while (true) {
            CallState<T> now = Objects.requireNonNull(state.get());
            long left = end - System.nanoTime();
            if (now instanceof CallState.CallReturned<T> returned) {
                end();
                return returned.result();
            }
            if (left > 0 && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(this, left);
            } else if (state.compareAndSet(now, new CallState.CallInterrupting<>())) {
                interrupt(now);
                return new CallResult.TimedOut<>();
            }
        }
    }

    private void interrupt(CallState<T> before) {
        try {
            environment.inFlight().timedOut(this);
            if (before instanceof CallState.CallRunning<T>(Thread thread)) {
                thread.interrupt();
            }
        } finally {
            state.set(new CallState.CallTimedOut<>());
        }
    }

    /** A call that timed out before it began is made all the same, in an interrupted thread: it may be one that closes. */
    @Override
    public void run() {
        CallState<T> running = new CallState.CallRunning<>(Thread.currentThread());
        CallState<T> before = state.get();
        if (!(before instanceof CallState.CallQueued) || !state.compareAndSet(before, running)) {
            Thread.currentThread().interrupt();
        }
        CallResult<T> result = result();
        boolean isInTime = state.compareAndSet(running, new CallState.CallReturned<>(result));
        while (state.get() instanceof CallState.CallInterrupting) {
            Thread.yield();
        }
        Thread.interrupted();
        if (isInTime) {
            LockSupport.unpark(caller);
        } else {
            returnLate(result);
        }
    }

    private CallResult<T> result() {
        AtomicReference<CallResult<T>> result = new AtomicReference<>();
        inPlugin(() -> result.set(made()));
        return Objects.requireNonNull(result.get());
    }

    private CallResult<T> made() {
        try {
            return new CallResult.Value<>(spec.body().call());
        } catch (Throwable e) {
            return threw(e);
        }
    }

    private void inPlugin(Runnable code) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(environment.loader());
        try {
            code.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** The message of an exception is code of the plugin, too. */
    private CallResult<T> threw(Throwable thrown) {
        try {
            return new CallResult.Threw<>(environment.texts().thrown(thrown), thrown instanceof Error);
        } catch (Throwable e) {
            return new CallResult.Threw<>(e.getClass().getName(), true);
        }
    }

    private void returnLate(CallResult<T> result) {
        try {
            if (result instanceof CallResult.Value<T>(T value)) {
                inPlugin(() -> spec.late().accept(value));
            }
        } catch (Throwable e) {
            // no caller waits for it any more
            return;
        } finally {
            end();
        }
    }

    /** The plugin has returned, or was not called. */
    void end() {
        leave.run();
        spec.ended().run();
        environment.inFlight().left(this);
    }
}
