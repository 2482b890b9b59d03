package io.kusionstack.operating.plugins.labelhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.RulePlugins.OpenedRule;
import io.kusionstack.operating.host.plugins.RulePlugins.RuleWorker;
import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.Stage;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.Verdict;
import io.kusionstack.operating.testkit.PluginHarness;
import io.kusionstack.operating.testkit.Pods;
import java.time.Instant;
import java.util.List;
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
                .isEqualTo(new Answer.Given<>(new RuleResponse(
                        Map.of(
                                open.ref(),
                                new Verdict.Pass(),
                                shut.ref(),
                                new Verdict.Reject(
                                        "LabelsDoNotMatch",
                                        "the rule requires labels that the Pod does not have: changes=open")),
                        Map.of())));
        harness.close();
        harness.assertNothingIsLeft();
    }

    private static Answer<RuleResponse> answer(PluginHarness harness, PodView... pods) {
        try (RuleWorker worker = harness.rule("label-hook", "{requires: {matchLabels: {changes: open}}}")) {
            List<PodView> selected = List.of(pods);
            Instant now = Instant.now();
            return worker.judge(new RuleRequest(
                    "labels",
                    Stage.PRE_CHECK,
                    selected,
                    selected.stream().map(PodView::ref).toList(),
                    Map.of(),
                    "key",
                    now,
                    now.plusSeconds(10)));
        }
    }

    @Test
    void saysAllThatIsMissing() {
        try (PluginHarness harness = PluginHarness.packaged().start()) {
            OpenedRule opened =
                    harness.rules().open("label-hook", "shop/web/labels", JsonNodeFactory.instance.objectNode());

            assertThat(opened)
                    .isEqualTo(new OpenedRule.RuleConfigInvalid(List.of(new OpenedRule.ConfigProblem(
                            "requires", "it is missing; it has to be a map of keys to values"))));
        }
    }
}
