package io.kusionstack.operating.testplugins.blocksatstart;

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

/** Cannot be made. */
@Extension
public final class RuleProvider implements TransitionRuleProvider<RuleProvider.Nothing> {
    record Nothing() {}

    public RuleProvider() {
        CountDownLatch never = new CountDownLatch(1);
        while (never.getCount() > 0) {
            try {
                never.await();
            } catch (InterruptedException e) {
                // that is the point: it stays
            }
        }
    }

    @Override
    public String name() {
        return "blocks-at-start-rule";
    }

    @Override
    public Class<Nothing> configType() {
        return Nothing.class;
    }

    @Override
    public TransitionRule create(Nothing config, PluginContext context) {
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
