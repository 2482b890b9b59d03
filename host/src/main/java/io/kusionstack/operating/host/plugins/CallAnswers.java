package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.PluginHost.PluginMetrics;
import io.kusionstack.operating.host.plugins.RunningCall.CallResult;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes answers of the results of a plugin's calls, counts them, and logs a failure once. Any thread. */
final class CallAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(CallAnswers.class);
    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofSeconds(1);

    private final String plugin;
    private final PluginMetrics metrics;
    private final LogOnce logged = new LogOnce();

    CallAnswers(String plugin, PluginMetrics metrics) {
        this.plugin = plugin;
        this.metrics = metrics;
    }

    /** @param limit the time that was allowed, as the end of a sentence */
    <T> Answer<T> answer(Topic topic, CallResult<T> result, Duration took, String limit) {
        String label = switch (result) {
            case CallResult.Value<T> value -> "given";
            case CallResult.Threw<T> threw -> "failed";
            case CallResult.TimedOut<T> late -> "overran";
        };
        metrics.called(plugin, topic.call(), label, took);
        if (result instanceof CallResult.Value<T>(T value)) {
            recovered(topic);
            return new Answer.Given<>(value);
        }
        return failure(topic, Reason.PLUGIN_FAILED, result.trouble(topic.call(), limit));
    }

    /** The answer to a call that is not made. A busy plugin is no failure, and not logged. */
    <T> Answer<T> unasked(Topic topic, Reason reason, String why) {
        boolean isBusy = reason == Reason.PLUGIN_BUSY;
        metrics.called(plugin, topic.call(), isBusy ? "busy" : "not-asked", Duration.ZERO);
        return isBusy ? new Answer.NoAnswer<>(wait(topic, reason, why), SOON) : failure(topic, reason, why);
    }

    private <T> Answer<T> failure(Topic topic, Reason reason, String why) {
        if (logged.isNew(topic, why)) {
            LOG.atWarn()
                    .addKeyValue("plugin", topic.name())
                    .addKeyValue("call", topic.call())
                    .addKeyValue("why", why)
                    .log("A plugin gives no answer");
        }
        return new Answer.NoAnswer<>(wait(topic, reason, why), AGAIN);
    }

    private static Wait wait(Topic topic, Reason reason, String why) {
        return new Wait(reason, topic.name(), "plugin \"" + topic.name() + "\" " + why);
    }

    private void recovered(Topic topic) {
        if (logged.isOver(topic)) {
            LOG.atInfo()
                    .addKeyValue("plugin", topic.name())
                    .addKeyValue("call", topic.call())
                    .log("A plugin answers again");
        }
    }
}
