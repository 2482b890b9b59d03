package io.kusionstack.operating.testkit;

import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.RulePlugins;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;

/** A rule of a packaged jar, called as the host calls it: under guard, with its time limit, and with its answer checked. One thread. */
public final class PackagedRule implements AutoCloseable {
    private final RulePlugins.RuleWorker worker;

    PackagedRule(RulePlugins.RuleWorker worker) {
        this.worker = worker;
    }

    /**
     * The answer as the host uses it: verdicts about others dropped, messages cut to their length.
     *
     * @throws AssertionError if the host would have no answer: it timed out, threw, or broke a promise; the message is the one that users see
     */
    public RuleResponse judge(RuleRequest request) {
        return switch (worker.judge(request)) {
            case Answer.Given<RuleResponse>(RuleResponse response) -> response;
            case Answer.NoAnswer<RuleResponse> none ->
                throw new AssertionError(none.why().message());
        };
    }

    @Override
    public void close() {
        worker.close();
    }
}
