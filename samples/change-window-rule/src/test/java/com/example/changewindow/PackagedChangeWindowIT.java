package com.example.changewindow;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plugins.Answer;
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

/** The jar, loaded by the host's own code. */
class PackagedChangeWindowIT {
    @Test
    void isLoadedAskedAndForgotten() {
        PluginHarness harness = PluginHarness.packaged().start();

        assertThat(answer(harness)).isInstanceOf(Verdict.Pass.class);

        harness.close();
        harness.assertNothingIsLeft();
    }

    private static Verdict answer(PluginHarness harness) {
        PodView pod = Pods.pod("web-0").view();
        Instant noon = Instant.parse("2026-01-05T12:00:00Z");
        try (RuleWorker worker = harness.rule("change-window", "{from: '10:00', to: '16:00', zone: UTC}")) {
            Answer<RuleResponse> answer = worker.judge(new RuleRequest(
                    "window",
                    Stage.PRE_CHECK,
                    List.of(pod),
                    List.of(pod.ref()),
                    Map.of(),
                    "key",
                    noon,
                    Instant.now().plusSeconds(10)));
            return ((Answer.Given<RuleResponse>) answer).value().verdicts().get(pod.ref());
        }
    }
}
