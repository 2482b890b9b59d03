package io.kusionstack.operating.host.plugins;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only way into one plugin. A call runs on a thread of the plugin's own, with the plugin's class loader as context
 * class loader, until it returns; who asks waits no longer than the limit and gets an {@link Answer}, whatever the plugin
 * does. A call that overruns is interrupted; one that ignores that keeps its slot until it really returns, so that a plugin
 * that hangs holds a bounded number of threads, and then answers "missing" at once. Any thread may ask.
 *
 * <p>Platform threads, not virtual ones: decision 0006.
 */
final class PluginCall {
    private static final Logger LOG = LoggerFactory.getLogger(PluginCall.class);
    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final Duration REST = Duration.ofSeconds(15);
    private static final int LATEST_CALLS = 10;
    private static final int ENOUGH_CALLS = 5;

    private final String plugin;
    private final ClassLoader loader;
    private final Duration longest;
    private final ThrownWords words;
    private final PluginMetrics metrics;
    private final Bulkhead slots;
    private final CircuitBreaker breaker;
    private final ThreadPoolExecutor threads;
    private final Map<String, String> told = new ConcurrentHashMap<>();
    private volatile String lastHeld = "";
    private int inFlight;
    private int overdue;
    private boolean stopped;

    /**
     * @param longest no call may take longer, whatever its own limit is
     * @param inFlight how many calls may be in the plugin at once
     */
    record Limits(Duration longest, int inFlight) {}

    /**
     * One call.
     *
     * @param name the word users know the plugin by
     * @param call what is asked, as the interface calls it
     * @param asked what runs in the plugin; checks and copies the answer, so that nothing of the plugin runs outside
     * @param late takes an answer that nobody waits for any more
     * @param ended called once when the plugin has really returned, or was not asked at all
     */
    record Question<T>(String name, String call, Duration limit, Callable<T> asked, Consumer<T> late, Runnable ended) {
        static <T> Question<T> of(String name, String call, Duration limit, Callable<T> asked) {
            return new Question<>(name, call, limit, asked, answer -> {}, () -> {});
        }
    }

    /** @param mask takes secrets out of a text */
    PluginCall(String plugin, ClassLoader loader, Limits limits, UnaryOperator<String> mask, PluginMetrics metrics) {
        this.plugin = plugin;
        this.loader = loader;
        this.longest = limits.longest();
        this.words = new ThrownWords(mask);
        this.metrics = metrics;
        slots = Bulkhead.of(
                plugin,
                BulkheadConfig.custom()
                        .maxConcurrentCalls(limits.inFlight())
                        .maxWaitDuration(Duration.ZERO)
                        .build());
        breaker = CircuitBreaker.of(
                plugin,
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(LATEST_CALLS)
                        .minimumNumberOfCalls(ENOUGH_CALLS)
                        .waitDurationInOpenState(REST)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .build());
        threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                10,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().name("plugin-" + plugin + "-", 0).daemon().factory());
    }

    /** When the host stops waiting for a call that begins now and would have until {@code asked}. */
    Instant deadline(Instant now, Instant asked) {
        Instant last = now.plus(longest);
        return asked.isBefore(last) ? asked : last;
    }

    /** Asks on behalf of a room. */
    <T> Answer<T> ask(Question<T> question) {
        if (!breaker.tryAcquirePermission()) {
            return notAsked(
                    question,
                    Reason.PLUGIN_FAILED,
                    "rests, because too many of its calls overran or ended with an Error, the last: " + lastHeld
                            + "; it is asked again once every " + spoken(REST));
        }
        if (!slots.tryAcquirePermission()) {
            breaker.releasePermission();
            return notAsked(
                    question,
                    Reason.PLUGIN_FAILED,
                    "holds " + slots.getBulkheadConfig().getMaxConcurrentCalls()
                            + " calls that have not returned; it is asked again when one has");
        }
        if (!enter(false)) {
            slots.onComplete();
            breaker.releasePermission();
            return notAsked(question, Reason.PLUGIN_UNAVAILABLE, "is being unloaded");
        }
        return run(question, new Call<>(question, slots::onComplete), true);
    }

    /** Asks on behalf of this room, to start or to end something: also when the plugin is being unloaded. */
    <T> Answer<T> settle(Question<T> question) {
        enter(true);
        return run(question, new Call<>(question, () -> {}), false);
    }

    private <T> Answer<T> run(Question<T> question, Call<T> call, boolean counts) {
        long begun = System.nanoTime();
        Duration limit = question.limit().compareTo(longest) < 0 || !counts ? question.limit() : longest;
        Ended<T> ended = send(call, limit);
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        boolean held = ended instanceof Overran || ended instanceof Threw<T> threw && threw.wasError();
        if (counts && held) {
            breaker.onError(took.toNanos(), TimeUnit.NANOSECONDS, new TimeoutException(question.call()));
        } else if (counts) {
            breaker.onSuccess(took.toNanos(), TimeUnit.NANOSECONDS);
        }
        return switch (ended) {
            case Value<T>(T value) -> {
                metrics.called(plugin, question.call(), "given", took);
                wellAgain(question);
                yield new Answer.Given<>(value);
            }
            case Threw<T> threw -> {
                metrics.called(plugin, question.call(), "failed", took);
                yield failed(question, "failed in " + question.call() + ": " + threw.text(), held);
            }
            case Overran<T>() -> {
                metrics.called(plugin, question.call(), "overran", took);
                yield failed(question, "did not return from " + question.call() + " " + inTime(limit, counts), held);
            }
        };
    }

    private <T> Answer<T> failed(Question<T> question, String why, boolean held) {
        if (held) {
            lastHeld = why;
        }
        return missing(question, Reason.PLUGIN_FAILED, why);
    }

    /** The limit of a room's call depends on what went before; a text that changes with it would be written again and again. */
    private String inTime(Duration limit, boolean counts) {
        return counts ? "in time; plugins.callTimeout is " + spoken(longest) : "within " + spoken(limit);
    }

    private <T> Ended<T> send(Call<T> call, Duration limit) {
        try {
            threads.execute(call);
            return call.ended.get(Math.max(0, limit.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return call.giveUp();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return call.giveUp();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a call never ends exceptionally", e);
        } catch (Throwable e) {
            call.end();
            return new Threw<>("no thread could be started: " + e, true);
        }
    }

    /** How a call ended for the one who waits. */
    private sealed interface Ended<T> {}

    private record Value<T>(T value) implements Ended<T> {}

    private record Threw<T>(String text, boolean wasError) implements Ended<T> {}

    private record Overran<T>() implements Ended<T> {}

    /** One call on its thread. */
    private final class Call<T> implements Runnable {
        private final Question<T> question;
        private final Runnable leave;
        private final CompletableFuture<Ended<T>> ended = new CompletableFuture<>();
        private @Nullable Thread runner;
        private boolean isSettled;
        private boolean isOverdue;
        private boolean hasLeft;

        Call(Question<T> question, Runnable leave) {
            this.question = question;
            this.leave = leave;
        }

        @Override
        public void run() {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(loader);
            Optional<Ended<T>> answer = Optional.empty();
            try {
                begin(thread);
                answer = answer(outcome());
            } catch (Throwable e) {
                answer = settles() ? Optional.of(new Threw<>(e.getClass().getName(), true)) : Optional.empty();
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
        private Optional<Ended<T>> answer(Ended<T> outcome) {
            if (settles()) {
                return Optional.of(outcome);
            }
            if (outcome instanceof Value<T>(T value)) {
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

        private Ended<T> outcome() {
            try {
                return new Value<>(question.asked().call());
            } catch (Throwable e) {
                return new Threw<>(words.of(e), e instanceof Error);
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
        Ended<T> giveUp() {
            if (!settles()) {
                return ended.join();
            }
            overran(this);
            synchronized (this) {
                if (runner != null) {
                    runner.interrupt();
                }
            }
            return new Overran<>();
        }

        private void end() {
            leave.run();
            question.ended().run();
            left(this, question.call());
        }
    }

    private synchronized boolean enter(boolean always) {
        if (stopped && !always) {
            return false;
        }
        inFlight++;
        return true;
    }

    /** A call that has left by now was late, too: who asked had given up before it did. */
    private synchronized void overran(Call<?> call) {
        if (call.hasLeft) {
            metrics.returnedLate(plugin, call.question.call());
            return;
        }
        overdue++;
        call.isOverdue = true;
    }

    private synchronized void left(Call<?> call, String what) {
        inFlight--;
        call.hasLeft = true;
        if (call.isOverdue) {
            overdue--;
            metrics.returnedLate(plugin, what);
        }
        notifyAll();
    }

    synchronized int callsInFlight() {
        return inFlight;
    }

    synchronized int callsOverdue() {
        return overdue;
    }

    boolean isResting() {
        return breaker.getState() == CircuitBreaker.State.OPEN;
    }

    /** No room gets through any more; calls that are under way go on. */
    synchronized void stopRouting() {
        stopped = true;
    }

    /** False if calls are still under way after so long. */
    synchronized boolean awaitIdle(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (inFlight > 0) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    /** Ends the threads; a call that is still under way is interrupted. */
    void end() {
        threads.shutdownNow();
    }

    private <T> Answer<T> notAsked(Question<T> question, Reason reason, String why) {
        question.ended().run();
        metrics.called(plugin, question.call(), "not-asked", Duration.ZERO);
        return missing(question, reason, why);
    }

    private <T> Answer<T> missing(Question<T> question, Reason reason, String why) {
        String text = "plugin \"" + question.name() + "\" " + why;
        if (!text.equals(told.put(question.name() + " " + question.call(), text))) {
            LOG.atWarn()
                    .addKeyValue("plugin", question.name())
                    .addKeyValue("call", question.call())
                    .addKeyValue("why", why)
                    .log("A plugin gives no answer");
        }
        return new Answer.Missing<>(new Wait(reason, question.name(), text), AGAIN);
    }

    private void wellAgain(Question<?> question) {
        if (told.remove(question.name() + " " + question.call()) != null) {
            LOG.atInfo()
                    .addKeyValue("plugin", question.name())
                    .addKeyValue("call", question.call())
                    .log("A plugin answers again");
        }
    }

    private static String spoken(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
