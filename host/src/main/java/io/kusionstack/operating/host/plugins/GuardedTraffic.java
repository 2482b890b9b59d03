package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.kernel.Durations;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.PluginHost.PluginEnvironment;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.TrafficControl;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The traffic control of one plugin, under guard: calls with equal lock keys never overlap, not even with one that timed
 * out; {@link Answer.Given} only holds what the interface promises.
 */
final class GuardedTraffic implements PluginExtension, TrafficPlugins.TrafficWorker, LivePlugin.Closing {
    private static final int LONGEST_KEY = 253;
    private static final int LONGEST_LINE = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final String name;
    private final LivePlugin plugin;
    private final TrafficControl control;
    private final TrafficAnswers answers;
    private final Clock clock;
    private final Duration longest;
    private final LockKeys locks;

    /** @param waiting how many callers may wait for lock keys at once */
    GuardedTraffic(String name, LivePlugin plugin, TrafficControl control, int waiting, PluginEnvironment environment) {
        this.name = name;
        this.plugin = plugin;
        this.control = control;
        this.clock = environment.clock();
        this.longest = plugin.call().longest();
        this.locks = new LockKeys(new LockKeys.Bounds(LONGEST_LINE, waiting, PATIENCE));
        this.answers = new TrafficAnswers(
                plugin.jar().id(), plugin.call().texts(), environment.clock(), environment.metrics());
    }

    @Override
    public Answer<String> lockKey(Employer employer) {
        return lockKey(employer, longest);
    }

    private Answer<String> lockKey(Employer employer, Duration limit) {
        Topic topic = new Topic(name, "lockKey", employer.ref().toString());
        return plugin.call().askQuick(CallSpec.of(topic, limit, () -> checked(control.lockKey(employer), employer)));
    }

    private String checked(String key, Employer employer) throws InvalidPluginException {
        if (key == null || key.isBlank() || key.length() > LONGEST_KEY) {
            throw new InvalidPluginException("its lock key for " + employer.ref() + " is " + key
                    + "; it has to be a text of 1 to " + LONGEST_KEY);
        }
        if (!plugin.call().texts().isClean(key)) {
            throw new InvalidPluginException("its lock key for " + employer.ref() + " holds a secret");
        }
        return key;
    }

    @Override
    public Answer<List<String>> groups(Employer employer) {
        Topic topic = new Topic(name, "groups", employer.ref().toString());
        return plugin.call()
                .askQuick(CallSpec.of(topic, longest, () -> TrafficAnswers.checkedGroups(control.groups(employer))));
    }

    @Override
    public Answer<Observation> observe(Employer employer, Instant notBefore, Instant deadline) {
        return locked(
                employer, deadline, "observe", until -> answers.checked(control.observe(employer, notBefore, until)));
    }

    @Override
    public Answer<List<BackendResult>> apply(Employer employer, List<BackendChange> changes, Instant deadline) {
        List<BackendChange> copy = List.copyOf(changes);
        return locked(
                employer, deadline, "apply", until -> answers.checked(copy, control.apply(employer, copy, until)));
    }

    /** Runs in the plugin; its argument is the time at which the host really stops waiting. */
    private interface TrackedCall<T> {
        T until(Instant deadline) throws Exception;
    }

    private <T> Answer<T> locked(Employer employer, Instant deadline, String call, TrackedCall<T> body) {
        Duration limit = Durations.shorter(Duration.between(clock.instant(), deadline), longest);
        return switch (lockKey(employer, limit)) {
            case Answer.NoAnswer<String>(Wait why, Duration after) -> new Answer.NoAnswer<>(why, after);
            case Answer.Given<String>(String key) -> locked(new Topic(name, call, key), limit, body);
        };
    }

    /** The time of a call begins when it has the key: waiting in line costs it nothing. */
    private <T> Answer<T> locked(Topic topic, Duration limit, TrackedCall<T> body) {
        return switch (locks.take(topic.subject(), limit)) {
            case LockKeys.KeyTurn.KeyBusy(Duration held) -> busy(topic, held);
            case LockKeys.KeyTurn.KeyTaken(Runnable free) -> {
                Instant last = clock.instant().plus(limit);
                yield plugin.call()
                        .ask(CallSpec.of(topic, limit, () -> body.until(last)).endingWith(free));
            }
        };
    }

    /** No failure, as long as the call that holds the key is within its time. */
    private <T> Answer<T> busy(Topic topic, Duration held) {
        return held.compareTo(longest) > 0
                ? plugin.call()
                        .unasked(
                                topic,
                                Reason.PLUGIN_FAILED,
                                "still works on " + topic.subject() + "; the next call waits for that one to return")
                : plugin.call()
                        .unasked(
                                topic,
                                Reason.PLUGIN_BUSY,
                                "works on " + topic.subject()
                                        + " for others; it is asked again as soon as that may have ended");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void end() {
        control.close();
    }
}
