package io.kusionstack.operating.testplugins.leaksthread;

import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import io.kusionstack.operating.plugin.rule.Verdict;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.pf4j.Extension;

/** Starts a thread that nobody ends, and lets every Pod pass. */
@Extension
public final class RuleProvider implements TransitionRuleProvider<RuleProvider.Nothing> {
    record Nothing() {}

    private static void forEver() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String name() {
        return "leaks-thread-rule";
    }

    @Override
    public Class<Nothing> configType() {
        return Nothing.class;
    }

    @Override
    public TransitionRule create(Nothing config, PluginContext context) {
        Thread.ofPlatform().name("leaked-by-rule").daemon().start(RuleProvider::forEver);
        return new Rule();
    }

    private static final class Rule implements TransitionRule {
        @Override
        public RuleResponse judge(RuleRequest request) {
            Map<PodRef, Verdict> verdicts = new LinkedHashMap<>();
            request.waiting().forEach(pod -> verdicts.put(pod.ref(), Verdict.pass()));
            return RuleResponse.of(verdicts);
        }
    }
}
