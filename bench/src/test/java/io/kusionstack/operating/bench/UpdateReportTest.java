package io.kusionstack.operating.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.kusionstack.operating.testbed.audit.AuditSummary;
import io.kusionstack.operating.testbed.audit.AuditSummary.Tally;
import io.kusionstack.operating.testbed.audit.AuditSummary.What;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class UpdateReportTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Floors FLOORS = new Floors(run(5, 800, StageTimes.NONE), run(4, 500, StageTimes.NONE));

    @Test
    void comparesWithBothFloors() {
        UpdateReport report = new UpdateReport(host(run(10, 1000, StageTimes.NONE)), FLOORS);

        assertThat(report.ofPlainFloor()).isEqualTo(0.5);
        assertThat(report.ofLeanFloor()).isEqualTo(0.4);
    }

    @Test
    void isAnObjectForPrograms() throws Exception {
        UpdateReport report = new UpdateReport(host(run(10, 1000, StageTimes.NONE)), FLOORS);

        assertThat(asRead(UpdateJson.of(report))).isEqualTo(JSON.readTree("""
                {"pods": 100, "seconds": 10.0, "podsPerSecond": 10.0, "floorPodsPerSecond": 20.0, "leanFloorPodsPerSecond": 25.0,
                 "ofPlainFloor": 0.5, "ofLeanFloor": 0.4, "podWritesPerPod": 4.0, "writesPerPod": 4.1, "unchangedWrites": 3,
                 "conflicts": 4, "conflictsPerPod": 0.04, "conflictPercentOfPodWrites": 0.99, "eventsPerPod": 0.1,
                 "cpuMillisPerPod": 7.0, "apiServerCpuMillisPerPod": 10.0, "etcdCpuMillisPerPod": 1.0,
                 "plainFloor": {"pods": 100, "apiServerCpuMillisPerPod": 8.0, "etcdCpuMillisPerPod": 1.0},
                 "leanFloor": {"pods": 100, "apiServerCpuMillisPerPod": 5.0, "etcdCpuMillisPerPod": 1.0}}
                """));
    }

    @Test
    void hasTheTimesOfOnePodWhereTheyWereLookedAt() throws Exception {
        StageTimes.Course course = new StageTimes.Course();
        Instant start = Instant.parse("2026-11-23T04:05:06Z");
        for (Stage stage : Stage.values()) {
            course.see(stage, start.plusSeconds(stage.ordinal()));
        }
        Run run = run(10, 1000, StageTimes.of(List.of(course)));
        UpdateReport report = new UpdateReport(host(run), new Floors(run, run));

        assertThat(asRead(UpdateJson.of(report)).at("/leanFloor/latency")).isEqualTo(JSON.readTree("""
                {"total": {"medianSeconds": 7.0, "p95Seconds": 7.0},
                 "outOfService": {"medianSeconds": 5.0, "p95Seconds": 5.0},
                 "stages": {
                   "passed": {"medianSeconds": 1.0, "p95Seconds": 1.0},
                   "preparing": {"medianSeconds": 1.0, "p95Seconds": 1.0},
                   "operating": {"medianSeconds": 1.0, "p95Seconds": 1.0},
                   "restarted": {"medianSeconds": 1.0, "p95Seconds": 1.0},
                   "completing": {"medianSeconds": 1.0, "p95Seconds": 1.0},
                   "ready": {"medianSeconds": 1.0, "p95Seconds": 1.0},
                   "inService": {"medianSeconds": 1.0, "p95Seconds": 1.0}}}
                """));
    }

    /** Numbers have the types that a reader sees. */
    private static JsonNode asRead(JsonNode written) throws IOException {
        return JSON.readTree(JSON.writeValueAsBytes(written));
    }

    private static Run run(int seconds, int apiServerMillis, StageTimes stages) {
        ServerCpu server = new ServerCpu(Duration.ofMillis(apiServerMillis), Duration.ofMillis(100));
        return new Run(100, Duration.ofSeconds(seconds), server, stages);
    }

    private static HostRun host(Run run) {
        AuditSummary requests = new AuditSummary(new TreeMap<>(Map.of(
                new What("operating", "patch", "pods"), new Tally(404, 3, 4, 0),
                new What("operating", "get", "pods"), new Tally(7, 0, 0, 0),
                new What("operating", "create", "events.k8s.io/events"), new Tally(10, 0, 0, 0))));
        return new HostRun(run, Duration.ofMillis(700), requests);
    }
}
