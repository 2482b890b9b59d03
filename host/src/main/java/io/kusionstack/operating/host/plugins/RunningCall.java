package io.kusionstack.operating.host.plugins;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One call on its thread. Its caller starts it once. */
final class RunningCall<T> implements Runnable {
    private final PluginCall.CallSpec<T> question;
    private final CallEnvironment place;
    private final Runnable leave;
    private final CompletableFuture<CallResult<T>> ended = new CompletableFuture<>();
    // guarded by this
    private @Nullable Thread runner;
    private boolean isSettled;

    /** Where it runs. */
    record CallEnvironment(ClassLoader loader, ErrorText words, InFlight inFlight) {}

    /** @param leave called once, when the plugin has really returned */
    RunningCall(PluginCall.CallSpec<T> question, CallEnvironment place, Runnable leave) {
        this.question = question;
        this.place = place;
        this.leave = leave;
    }

    String what() {
        return question.topic().call();
    }

    CallResult<T> send(Executor threads, Duration limit) {
        try {
            threads.execute(this);
            return ended.get(Math.max(0, limit.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return giveUp();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return giveUp();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a call never ends exceptionally", e);
        } catch (Throwable e) {
            end();
            return new CallResult.Threw<>("no thread could be started: " + e, true);
        }
    }

    @Override
    public void run() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(place.loader());
        Optional<CallResult<T>> answer = Optional.empty();
        try {
            begin(thread);
            answer = answer(outcome());
        } catch (Throwable e) {
            answer = settles() ? Optional.of(new CallResult.Threw<>(e.getClass().getName(), true)) : Optional.empty();
        } finally {
            thread.setContextClassLoader(before);
            finish();
            try {
                end();
            } finally {
                // last: who has the answer may ask again at once
                answer.ifPresent(ended::complete);
            }
        }
    }

    /** Empty if it comes too late. */
    private Optional<CallResult<T>> answer(CallResult<T> outcome) {
        if (settles()) {
            return Optional.of(outcome);
        }
        if (outcome instanceof CallResult.Value<T>(T value)) {
            question.late().accept(value);
        }
        return Optional.empty();
    }

    /** True for the first who asks: the call itself, or the one who gives it up. */
    private synchronized boolean settles() {
        boolean first = !isSettled;
        isSettled = true;
        return first;
    }

    private CallResult<T> outcome() {
        try {
            return new CallResult.Value<>(question.asked().call());
        } catch (Throwable e) {
            return new CallResult.Threw<>(place.words().thrown(e), e instanceof Error);
        }
    }

    private synchronized void begin(Thread thread) {
        runner = thread;
        if (isSettled) {
            thread.interrupt();
        }
    }

    private synchronized void finish() {
        runner = null;
        Thread.interrupted();
    }

    /** Interrupts the call unless it has ended just now. */
    private CallResult<T> giveUp() {
        if (!settles()) {
            return ended.join();
        }
        place.inFlight().overran(this);
        synchronized (this) {
            if (runner != null) {
                runner.interrupt();
            }
        }
        return new CallResult.TimedOut<>();
    }

    private void end() {
        leave.run();
        question.ended().run();
        place.inFlight().left(this);
    }
}
