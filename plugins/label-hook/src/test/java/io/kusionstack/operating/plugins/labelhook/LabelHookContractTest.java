package io.kusionstack.operating.plugins.labelhook;

import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import io.kusionstack.operating.testkit.Pods;
import io.kusionstack.operating.testkit.RuleContract;
import java.util.List;

class LabelHookContractTest implements RuleContract<LabelCheck> {
    @Override
    public TransitionRuleProvider<LabelCheck> provider() {
        return new LabelHookProvider();
    }

    @Override
    public String config() {
        return "{requires: {matchLabels: {changes: open}, matchExpressions: [{key: frozen, operator: DoesNotExist}]}}";
    }

    @Override
    public List<PodView> pods() {
        return List.of(
                Pods.pod("open").label("changes", "open").view(),
                Pods.pod("shut").label("changes", "shut").view(),
                Pods.pod("plain").view());
    }
}
