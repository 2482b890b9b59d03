package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plugins.CallGate.CallEntry;
import io.kusionstack.operating.host.plugins.PluginHost.PluginMetrics;
import io.kusionstack.operating.host.plugins.RunningCall.CallEnvironment;
import io.kusionstack.operating.host.plugins.RunningCall.CallResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The only way into one plugin. A call runs on a thread of the plugin's own, with the plugin's class loader as context
 * class loader, until it returns; its caller waits no longer than the limit and gets an {@link Answer} in any case. A call that times out is interrupted; one that ignores the interrupt keeps its slot until it really returns. So a
 * plugin that hangs holds a bounded number of threads, and is then answered for at once. Any thread may call.
 *
 * <p>Platform threads, not virtual ones: decision 0006. Circuits, and how the slots are shared: decisions 0007 and 0018.
 */
final class PluginCall {
    private final Duration longest;
    private final InFlight inFlight;
    private final CallAdmission admission;
    private final CallGate quick;
    private final CallEnvironment environment;
    private final CallAnswers answers;
    private final ThreadPoolExecutor threads;

    PluginCall(String plugin, ClassLoader loader, HostConfig.Plugins settings, ErrorText texts, PluginMetrics metrics) {
        longest = settings.callTimeout();
        inFlight = new InFlight(plugin, metrics);
        admission = new CallAdmission(settings.callsInFlight(), inFlight);
        quick = CallGate.of(new CallSlots(settings.callsInFlight()));
        environment = new CallEnvironment(loader, texts, inFlight);
        answers = new CallAnswers(plugin, metrics);
        threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                10,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().name("plugin-" + plugin + "-", 0).daemon().factory());
    }

    /** No call may take longer, also one with a longer limit of its own. */
    Duration longest() {
        return longest;
    }

    ErrorText texts() {
        return environment.texts();
    }

    /** When the host stops waiting for a call that begins now and has this deadline of its own. */
    Instant deadline(Instant now, Instant own) {
        Instant last = now.plus(longest);
        return own.isBefore(last) ? own : last;
    }

    /** Calls on behalf of a room. */
    <T> Answer<T> ask(CallSpec<T> spec) {
        // the limit of this call may differ each time; the message must not, it is written to the cluster
        return routed(spec.within(longest), admission, "in time; plugins.callTimeout is " + spoken(longest));
    }

    /** Calls a method that does no I/O: these have slots of their own, and open no circuit. */
    <T> Answer<T> askQuick(CallSpec<T> spec) {
        CallSpec<T> bounded = spec.within(longest);
        return routed(bounded, quick, "within " + spoken(bounded.limit()));
    }

    private <T> Answer<T> routed(CallSpec<T> spec, CallGate gate, String limit) {
        return switch (gate.enter(spec)) {
            case CallEntry.CallRefused(Reason reason, String why) -> {
                spec.ended().run();
                yield answers.unasked(spec.topic(), reason, why);
            }
            case CallEntry.CallAdmitted(Runnable leave) -> {
                RunningCall<T> call = new RunningCall<>(spec, environment, leave);
                if (!inFlight.enter(call)) {
                    gate.withdraw(spec.topic());
                    call.end();
                    yield answers.unasked(spec.topic(), Reason.PLUGIN_UNAVAILABLE, "is being unloaded");
                }
                yield made(spec.topic(), call, gate, limit);
            }
        };
    }

    /** Calls on behalf of this room, to start or to end something: without a gate, also while the plugin is unloaded. */
    <T> Answer<T> askUngated(CallSpec<T> spec) {
        RunningCall<T> call = new RunningCall<>(spec, environment, () -> {});
        inFlight.enterAlways(call);
        return made(spec.topic(), call, CallGate.open(), "within " + spoken(spec.limit()));
    }

    private <T> Answer<T> made(Topic topic, RunningCall<T> call, CallGate gate, String limit) {
        long begun = System.nanoTime();
        CallResult<T> result = call.send(threads);
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        gate.ended(
                topic, result.isCostly() ? Optional.of(result.trouble(topic.call(), limit)) : Optional.empty(), took);
        return answers.answer(topic, result, took, limit);
    }

    /** The answer to a call that its caller does not make. */
    <T> Answer<T> unasked(Topic topic, Reason reason, String why) {
        return answers.unasked(topic, reason, why);
    }

    /** The calls that are in the plugin now; its owner stops them. */
    InFlight inFlight() {
        return inFlight;
    }

    boolean isCircuitOpen() {
        return admission.isAnyCircuitOpen();
    }

    /** Ends the threads; a call that is still under way is interrupted. */
    void end() {
        threads.shutdownNow();
    }

    private static String spoken(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
