package io.kusionstack.operating.plugins.labelhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.Verdict;
import io.kusionstack.operating.testkit.PackagedRule;
import io.kusionstack.operating.testkit.PluginHarness;
import io.kusionstack.operating.testkit.Pods;
import io.kusionstack.operating.testkit.RuleRequests;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The jar as the host loads it. */
class LabelHookIT {
    @Test
    void judgesAndLeavesNothingBehind() {
        PodView open = Pods.pod("open").label("changes", "open").view();
        PodView shut = Pods.pod("shut").view();
        PluginHarness harness = PluginHarness.packaged().start();

        assertThat(answer(harness, open, shut))
                .isEqualTo(RuleResponse.of(Map.of(
                        open.ref(),
                        Verdict.pass(),
                        shut.ref(),
                        Verdict.reject(
                                "LabelsDoNotMatch",
                                "the rule requires labels that the Pod does not have: changes=open"))));
        harness.close();
        harness.assertNothingIsLeft();
    }

    private static RuleResponse answer(PluginHarness harness, PodView... pods) {
        try (PackagedRule rule = harness.rule("label-hook", "{requires: {matchLabels: {changes: open}}}")) {
            return rule.judge(RuleRequests.about(pods).request());
        }
    }

    @Test
    void saysAllThatIsMissing() {
        try (PluginHarness harness = PluginHarness.packaged().start()) {
            assertThat(harness.problems("label-hook", "{}"))
                    .containsExactly("requires: it is missing; it has to be a map of keys to values");
        }
    }
}
