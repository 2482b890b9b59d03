package com.example.changewindow;

import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import io.kusionstack.operating.testkit.RuleContract;

/** What the host relies on in any rule; the kit's clock says 2026-01-01, a Thursday. */
class ChangeWindowContractTest implements RuleContract<ChangeWindow> {
    @Override
    public TransitionRuleProvider<ChangeWindow> provider() {
        return new ChangeWindowProvider();
    }

    @Override
    public String config() {
        return "{days: [Mon], from: '10:00', to: '16:00', zone: UTC}";
    }
}
