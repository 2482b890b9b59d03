package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only way into one plugin. A call runs on a thread of the plugin's own, with the plugin's class loader as context
 * class loader, until it returns; who asks waits no longer than the limit and gets an {@link Answer}, whatever the plugin
 * does. A call that overruns is interrupted; one that ignores that keeps its slot until it really returns, so that a plugin
 * that hangs holds a bounded number of threads, and then answers "missing" at once. Any thread may ask.
 *
 * <p>Platform threads, not virtual ones: decision 0006. What rests, and how the slots are shared: decision 0007.
 */
final class PluginCall {
    private static final Logger LOG = LoggerFactory.getLogger(PluginCall.class);
    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration FOR_A_SLOT = Duration.ofSeconds(1);

    private final String plugin;
    private final Duration longest;
    private final ErrorText words;
    private final PluginMetrics metrics;
    private final CallAdmission admission;
    private final CallSlots quick;
    private final InFlight inFlight;
    private final RunningCall.CallEnvironment place;
    private final ThreadPoolExecutor threads;
    private final LogOnce told = new LogOnce();

    /**
     * @param longest no call may take longer, whatever its own limit is
     * @param inFlight how many calls may be in the plugin at once
     */
    record CallLimits(Duration longest, int inFlight) {}

    /**
     * One call.
     *
     * @param asked what runs in the plugin; checks and copies the answer, so that nothing of the plugin runs outside
     * @param late takes an answer that nobody waits for any more
     * @param ended called once when the plugin has really returned, or was not asked at all
     */
    record CallSpec<T>(Topic topic, Duration limit, Callable<T> asked, Consumer<T> late, Runnable ended) {
        static <T> CallSpec<T> of(Topic topic, Duration limit, Callable<T> asked) {
            return new CallSpec<>(topic, limit, asked, answer -> {}, () -> {});
        }

        /** About the plugin itself. */
        static <T> CallSpec<T> of(String name, String call, Duration limit, Callable<T> asked) {
            return of(new Topic(name, call, name), limit, asked);
        }

        CallSpec<T> lateTo(Consumer<T> taker) {
            return new CallSpec<>(topic, limit, asked, taker, ended);
        }

        CallSpec<T> endingWith(Runnable end) {
            return new CallSpec<>(topic, limit, asked, late, end);
        }
    }

    PluginCall(String plugin, ClassLoader loader, CallLimits limits, ErrorText words, PluginMetrics metrics) {
        this.plugin = plugin;
        this.longest = limits.longest();
        this.words = words;
        this.metrics = metrics;
        admission = new CallAdmission(limits.inFlight());
        quick = new CallSlots(limits.inFlight());
        inFlight = new InFlight(plugin, metrics);
        place = new RunningCall.CallEnvironment(loader, words, inFlight);
        threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                10,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().name("plugin-" + plugin + "-", 0).daemon().factory());
    }

    ErrorText words() {
        return words;
    }

    /** When the host stops waiting for a call that begins now and would have until {@code asked}. */
    Instant deadline(Instant now, Instant asked) {
        Instant last = now.plus(longest);
        return asked.isBefore(last) ? asked : last;
    }

    /** Asks on behalf of a room. */
    <T> Answer<T> ask(CallSpec<T> question) {
        return switch (admission.enter(question.topic().subject(), FOR_A_SLOT)) {
            case CallAdmission.CallEntry.CallRefused refused -> {
                question.ended().run();
                yield refused.rests() || inFlight.overdue() > 0
                        ? unasked(question.topic(), Reason.PLUGIN_FAILED, refused.why())
                        : unasked(question.topic(), Reason.PLUGIN_BUSY, refused.why());
            }
            case CallAdmission.CallEntry.CallAdmitted admitted -> {
                RunningCall<T> call = new RunningCall<>(question, place, () -> admission.leave(admitted));
                yield inFlight.enter(call) ? counted(question, call) : unloading(question, admitted);
            }
        };
    }

    private <T> Answer<T> unloading(CallSpec<T> question, CallAdmission.CallEntry.CallAdmitted admitted) {
        admission.withdraw(question.topic().subject());
        admission.leave(admitted);
        question.ended().run();
        return unasked(question.topic(), Reason.PLUGIN_UNAVAILABLE, "is being unloaded");
    }

    private <T> Answer<T> counted(CallSpec<T> question, RunningCall<T> call) {
        Duration limit = question.limit().compareTo(longest) < 0 ? question.limit() : longest;
        long begun = System.nanoTime();
        CallResult<T> ended = call.send(threads, limit);
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        // a limit that depends on what went before would make another text each time, to be written again and again
        String inTime = "in time; plugins.callTimeout is " + spoken(longest);
        Answer<T> answer = answer(question, ended, took, inTime);
        admission.ended(
                question.topic().subject(),
                answer instanceof Answer.NoAnswer<T> missing && ended.held()
                        ? Optional.of(cause(question, missing))
                        : Optional.empty(),
                took);
        return answer;
    }

    private static String cause(CallSpec<?> question, Answer.NoAnswer<?> missing) {
        return missing.why().message().replace("plugin \"" + question.topic().name() + "\" ", "");
    }

    /** Asks what is answered without asking anybody else: that has slots of its own, and costs nobody a rest. */
    <T> Answer<T> askQuick(CallSpec<T> question) {
        Duration limit = question.limit().compareTo(longest) < 0 ? question.limit() : longest;
        if (!quick.take(limit)) {
            question.ended().run();
            return unasked(
                    question.topic(),
                    Reason.PLUGIN_FAILED,
                    "holds " + quick.size() + " calls of " + question.topic().call()
                            + " that have not returned; it is asked again when one has");
        }
        RunningCall<T> call = new RunningCall<>(question, place, quick::give);
        if (!inFlight.enter(call)) {
            quick.give();
            question.ended().run();
            return unasked(question.topic(), Reason.PLUGIN_UNAVAILABLE, "is being unloaded");
        }
        return settled(question, call, limit);
    }

    /** Asks on behalf of this room, to start or to end something: also when the plugin is being unloaded. */
    <T> Answer<T> settle(CallSpec<T> question) {
        RunningCall<T> call = new RunningCall<>(question, place, () -> {});
        inFlight.enterAlways(call);
        return settled(question, call, question.limit());
    }

    private <T> Answer<T> settled(CallSpec<T> question, RunningCall<T> call, Duration limit) {
        long begun = System.nanoTime();
        CallResult<T> ended = call.send(threads, limit);
        return answer(question, ended, Duration.ofNanos(System.nanoTime() - begun), "within " + spoken(limit));
    }

    private <T> Answer<T> answer(CallSpec<T> question, CallResult<T> ended, Duration took, String inTime) {
        return switch (ended) {
            case CallResult.Value<T>(T value) -> {
                metrics.called(plugin, question.topic().call(), "given", took);
                wellAgain(question.topic());
                yield new Answer.Given<>(value);
            }
            case CallResult.Threw<T> threw -> {
                metrics.called(plugin, question.topic().call(), "failed", took);
                yield missing(
                        question.topic(),
                        Reason.PLUGIN_FAILED,
                        "failed in " + question.topic().call() + ": " + threw.text());
            }
            case CallResult.TimedOut<T> overran -> {
                metrics.called(plugin, question.topic().call(), "overran", took);
                yield missing(
                        question.topic(),
                        Reason.PLUGIN_FAILED,
                        "did not return from " + question.topic().call() + " " + inTime);
            }
        };
    }

    int callsInFlight() {
        return inFlight.calls();
    }

    int callsOverdue() {
        return inFlight.overdue();
    }

    boolean isResting() {
        return admission.isAnyResting();
    }

    /** No room gets through any more; calls that are under way go on. */
    void stopRouting() {
        inFlight.stop();
    }

    /** False if calls are still under way after so long. */
    boolean awaitIdle(Duration limit) throws InterruptedException {
        return inFlight.awaitIdle(limit);
    }

    /** Ends the threads; a call that is still under way is interrupted. */
    void end() {
        threads.shutdownNow();
    }

    /** The answer where the plugin is not asked. Only what is somebody's failure is told in the log. */
    <T> Answer<T> unasked(Topic topic, Reason reason, String why) {
        boolean isBusy = reason == Reason.PLUGIN_BUSY;
        metrics.called(plugin, topic.call(), isBusy ? "busy" : "not-asked", Duration.ZERO);
        return isBusy
                ? new Answer.NoAnswer<>(new Wait(reason, topic.name(), text(topic, why)), SOON)
                : missing(topic, reason, why);
    }

    private <T> Answer<T> missing(Topic topic, Reason reason, String why) {
        String text = text(topic, why);
        if (told.isNew(topic, text)) {
            LOG.atWarn()
                    .addKeyValue("plugin", topic.name())
                    .addKeyValue("call", topic.call())
                    .addKeyValue("why", why)
                    .log("A plugin gives no answer");
        }
        return new Answer.NoAnswer<>(new Wait(reason, topic.name(), text), AGAIN);
    }

    private static String text(Topic topic, String why) {
        return "plugin \"" + topic.name() + "\" " + why;
    }

    private void wellAgain(Topic topic) {
        if (told.isOver(topic)) {
            LOG.atInfo()
                    .addKeyValue("plugin", topic.name())
                    .addKeyValue("call", topic.call())
                    .log("A plugin answers again");
        }
    }

    private static String spoken(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
