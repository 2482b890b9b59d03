package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.PluginCall.Question;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.TrafficControl;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * The traffic control of one plugin, under guard: equal lock keys never at once, also when a call that was given up still
 * runs; {@link Answer.Given} only holds what the interface promises.
 */
final class GuardedTraffic implements TrafficPlugins.TrafficWorker, LivePlugin.Closing {
    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final int LONGEST_KEY = 253;

    private final String name;
    private final LivePlugin plugin;
    private final TrafficControl control;
    private final TrafficAnswers answers;
    private final Clock clock;
    private final Duration longest;
    private final LockKeys locks = new LockKeys();

    GuardedTraffic(String name, LivePlugin plugin, TrafficControl control, Guards guards) {
        this.name = name;
        this.plugin = plugin;
        this.control = control;
        this.clock = guards.clock();
        this.longest = guards.longest();
        this.answers = new TrafficAnswers(plugin.jar().id(), guards.clock(), guards.metrics());
    }

    /** @param longest how long a call may take that has no deadline of its own */
    record Guards(Clock clock, Duration longest, PluginMetrics metrics) {}

    @Override
    public Answer<String> lockKey(Employer employer) {
        return lockKey(employer, longest);
    }

    private Answer<String> lockKey(Employer employer, Duration limit) {
        return plugin.call().ask(Question.of(name, "lockKey", limit, () -> {
            String key = control.lockKey(employer);
            if (key == null || key.isBlank() || key.length() > LONGEST_KEY) {
                throw new Unusable("its lock key for " + employer.ref() + " is " + key
                        + "; it has to be a text of 1 to " + LONGEST_KEY);
            }
            return key;
        }));
    }

    @Override
    public Answer<List<String>> groups(Employer employer) {
        return plugin.call()
                .ask(Question.of(
                        name, "groups", longest, () -> TrafficAnswers.checkedGroups(control.groups(employer))));
    }

    @Override
    public Answer<Observation> observe(Employer employer, Instant notBefore, Instant deadline) {
        return locked(
                employer, deadline, "observe", until -> answers.checked(control.observe(employer, notBefore, until)));
    }

    @Override
    public Answer<List<BackendResult>> apply(Employer employer, List<BackendChange> changes, Instant deadline) {
        List<BackendChange> asked = List.copyOf(changes);
        return locked(
                employer, deadline, "apply", until -> answers.checked(asked, control.apply(employer, asked, until)));
    }

    /** What runs in the plugin, told when the host really stops waiting. */
    private interface Asked<T> {
        T until(Instant deadline) throws Exception;
    }

    private <T> Answer<T> locked(Employer employer, Instant deadline, String call, Asked<T> asked) {
        return switch (lockKey(employer, until(deadline))) {
            case Answer.Missing<String>(Wait why, Duration after) -> new Answer.Missing<>(why, after);
            case Answer.Given<String>(String key) -> {
                Optional<Runnable> taken = take(key, until(deadline));
                Instant last = plugin.call().deadline(clock.instant(), deadline);
                yield taken.isEmpty()
                        ? busy(key)
                        : plugin.call().ask(holding(taken.get(), call, until(last), () -> asked.until(last)));
            }
        };
    }

    private Optional<Runnable> take(String key, Duration limit) {
        try {
            return locks.take(key, limit.compareTo(longest) < 0 ? limit : longest);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private <T> Question<T> holding(Runnable free, String call, Duration limit, Callable<T> asked) {
        return new Question<>(name, call, limit, asked, late -> {}, free);
    }

    private <T> Answer<T> busy(String key) {
        return new Answer.Missing<>(
                new Wait(
                        Reason.PLUGIN_FAILED,
                        name,
                        "plugin \"" + name + "\" still works on " + key
                                + "; the next call waits for that one to return"),
                AGAIN);
    }

    private Duration until(Instant deadline) {
        return Duration.between(clock.instant(), deadline);
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
