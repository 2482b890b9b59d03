package io.kusionstack.operating.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PodRowsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:05Z");

    @Test
    void showsWhatAPodWaitsForAndSinceWhen() throws Exception {
        JsonNode explanation = new YAMLMapper().readTree("""
                operations: [{id: collaset, type: update, phase: Preparing, since: "2026-01-01T00:00:02.700Z"}]
                waits: [{reason: WaitingForTrafficOff, on: web, message: drains for 3 s}]
                """);

        PodRow row = PodRow.of(pod("reg/web:v1", "reg/web:v2"), explanation, Optional.of(0));

        assertThat(new PodRows(List.of(row)).lines(NOW))
                .containsExactly("  web-0        Preparing       2.3 s  web:v1 > web:v2      0"
                        + "  WaitingForTrafficOff: drains for 3 s");
        assertThat(new PodRows(List.of(row)).timelessLines())
                .containsExactly("  web-0        Preparing              web:v1 > web:v2      0"
                        + "  WaitingForTrafficOff: drains for 3 s");
    }

    @Test
    void showsTheFirstOfSeveralWaits() throws Exception {
        JsonNode both = new YAMLMapper()
                .readTree("{waits: [{reason: DrainingConnections, message: drains}, {reason: WaitingForFinalizer}]}");

        assertThat(PodRow.of(pod("web:v1", "web:v1"), both, Optional.of(0)).waiting())
                .isEqualTo("DrainingConnections: drains");
    }

    @Test
    void showsAPodThatWaitsForNothing() {
        PodRow row = PodRow.of(pod("web:v1", "web:v1"), MissingNode.getInstance(), Optional.empty());

        assertThat(row).isEqualTo(new PodRow("web-0", "in service", "", Optional.empty(), "web:v1", "-"));
    }

    private static SeenPod pod(String runs, String wants) {
        return new SeenPod("web-0", "u-0", "10.0.0.1", wants, runs, true, Set.of(), List.of(), 0);
    }
}
