package io.kusionstack.operating.testkit;

import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import java.util.List;

/** A rule that keeps the contract. */
class GoldFirstRuleTest implements RuleContract<GoldFirstRule.Config> {
    @Override
    public TransitionRuleProvider<GoldFirstRule.Config> provider() {
        return new GoldFirstRule.Provider();
    }

    @Override
    public String config() {
        return "{tier: gold, patience: 30s}";
    }

    @Override
    public List<PodView> pods() {
        return List.of(
                Pods.pod("web-0").label("tier", "gold").view(),
                Pods.pod("web-1").label("tier", "tin").view());
    }
}
