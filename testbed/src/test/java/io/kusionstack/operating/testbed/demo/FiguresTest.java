package io.kusionstack.operating.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.testbed.audit.AuditSummary;
import io.kusionstack.operating.testbed.audit.AuditSummary.Tally;
import io.kusionstack.operating.testbed.audit.AuditSummary.What;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private static final Figures FIGURES = new Figures(
            4,
            Duration.ofSeconds(8),
            new AuditSummary(new TreeMap<>(Map.of(
                    new What("operating", "patch", "pods"), new Tally(10, 1, 1, 1),
                    new What("operating", "patch", "pods/status"), new Tally(8, 0, 0, 0),
                    new What("operating", "get", "pods"), new Tally(3, 0, 0, 0)))),
            1,
            2,
            new Counts(1_000, 2, 1, List.of()),
            Duration.ofMillis(3_100),
            new TreeMap<>(Map.of("DescribeVServerGroupAttribute", 7L)));

    @Test
    void areOneObjectForPrograms() {
        assertThat(FIGURES.json())
                .hasToString("{\"pods\":4,\"seconds\":8.0,\"podsPerSecond\":0.5,\"podWritesPerPod\":4.0,"
                        + "\"unchangedWrites\":1,\"conflicts\":1,\"maxOutOfService\":1,\"allowedOutOfService\":2,"
                        + "\"requests\":1003,\"misroutedRequests\":2,\"unservedRequests\":1,\"shortestDrainSeconds\":3.1,"
                        + "\"writesPerPod\":{\"patch pods\":2.0,\"patch pods/status\":2.0},"
                        + "\"balancerCalls\":{\"DescribeVServerGroupAttribute\":7}}");
    }

    @Test
    void areLinesForPeople() {
        assertThat(FIGURES.lines())
                .contains(
                        "  4 Pods updated in 8.0 s, 0.50 a second",
                        "  requests: 1003, misrouted 2, without a Pod to go to 1",
                        "       2.00  patch pods (1 changed nothing)",
                        "          7  DescribeVServerGroupAttribute");
    }
}
