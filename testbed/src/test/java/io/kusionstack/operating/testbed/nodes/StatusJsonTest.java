package io.kusionstack.operating.testbed.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class StatusJsonTest {
    private final Story story = Story.quiet(Story.POD, new FakeWorld(Cadence.KUBELET));

    @Test
    void aPatchOnAKnownStatusSaysOnlyWhatDiffers() {
        PodStatus before = story.status();

        PodStatus after = story.gate("False").pass(5_000).status();

        JsonNode patch = StatusJson.patch("u1", before, after);
        assertThat(patch.toString()).isEqualTo(Story.parse("""
                                metadata: {uid: u1}
                                status:
                                  conditions:
                                  - type: Ready
                                    status: 'False'
                                    observedGeneration: 1
                                    lastTransitionTime: '2026-01-01T00:01:00Z'
                                    reason: ReadinessGatesNotReady
                                    message: the status of pod readiness gate "gate" is not "True", but False
                                """).toString());
    }

    @Test
    void aPatchOnAnUnknownStatusSaysEverything() {
        JsonNode status = StatusJson.patch("u1", story.status()).path("status");

        assertThat(status.path("phase").asText()).isEqualTo("Running");
        assertThat(status.path("podIP").asText()).isEqualTo("10.244.0.1");
        assertThat(status.path("hostIPs"))
                .isEqualTo(Story.parse("{a: [{ip: 172.20.0.1}]}").path("a"));
        assertThat(status.path("conditions"))
                .extracting(c -> c.path("type").asText())
                .containsExactlyElementsOf(Conditions.TYPES);
        assertThat(status.path("containerStatuses")).hasSize(1);
    }

    @Test
    void whatAConditionNoLongerHasIsTakenAway() {
        PodStatus closed = story.gate("False").pass(5_000).status();

        PodStatus open = story.gate("True").pass(5_000).status();

        JsonNode condition = StatusJson.patch("u1", closed, open).at("/status/conditions/0");
        assertThat(condition.path("status").asText()).isEqualTo("True");
        assertThat(condition.path("reason").isNull()).isTrue();
        assertThat(condition.path("message").isNull()).isTrue();
    }
}
