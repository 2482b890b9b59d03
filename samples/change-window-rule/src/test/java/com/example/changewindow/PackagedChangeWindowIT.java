package com.example.changewindow;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.rule.Verdict;
import io.kusionstack.operating.testkit.PackagedRule;
import io.kusionstack.operating.testkit.PluginHarness;
import io.kusionstack.operating.testkit.Pods;
import io.kusionstack.operating.testkit.RuleRequests;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The jar, loaded by the host's own code. */
class PackagedChangeWindowIT {
    @Test
    void isLoadedAskedAndForgotten() {
        PluginHarness harness = PluginHarness.packaged().start();

        assertThat(answer(harness)).isEqualTo(Verdict.pass());

        harness.close();
        harness.assertNothingIsLeft();
    }

    private static Verdict answer(PluginHarness harness) {
        PodView pod = Pods.pod("web-0").view();
        Instant noon = Instant.parse("2026-01-05T12:00:00Z");
        try (PackagedRule rule = harness.rule("change-window", "{from: '10:00', to: '16:00', zone: UTC}")) {
            return rule.judge(RuleRequests.about(pod)
                            .at(noon)
                            .until(Instant.now().plusSeconds(10))
                            .request())
                    .verdicts()
                    .get(pod.ref());
        }
    }
}
