package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/** A report for programs; docs/testbed.md has its keys. */
final class UpdateJson {
    private UpdateJson() {}

    static ObjectNode of(UpdateReport report) {
        HostRun host = report.host();
        double pods = host.pods();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("pods", host.pods())
                .put("seconds", round(seconds(host.run().took())))
                .put("podsPerSecond", round(host.run().podsPerSecond()))
                .put("floorPodsPerSecond", round(report.floors().plain().podsPerSecond()))
                .put("leanFloorPodsPerSecond", round(report.floors().lean().podsPerSecond()))
                .put("ofPlainFloor", round(report.ofPlainFloor()))
                .put("ofLeanFloor", round(report.ofLeanFloor()))
                .put("podWritesPerPod", round(host.podWrites().done() / pods))
                .put("writesPerPod", round(host.writes().done() / pods))
                .put("unchangedWrites", host.podWrites().unchanged())
                .put("conflicts", host.writes().conflicts())
                .put("conflictsPerPod", round(host.conflictsPerPod()))
                .put("conflictPercentOfPodWrites", round(host.conflictPercent()))
                .put("eventsPerPod", round(host.events().requests() / pods))
                .put("cpuMillisPerPod", round(host.cpuMillisPerPod()));
        costs(json, host.run());
        floor(json.putObject("plainFloor"), report.floors().plain());
        floor(json.putObject("leanFloor"), report.floors().lean());
        return json;
    }

    private static void floor(ObjectNode json, Run run) {
        json.put("pods", run.pods());
        costs(json, run);
    }

    private static void costs(ObjectNode json, Run run) {
        json.put("apiServerCpuMillisPerPod", round(run.apiServerMillisPerPod()))
                .put("etcdCpuMillisPerPod", round(run.etcdMillisPerPod()));
        if (!run.stages().isEmpty()) {
            latency(json.putObject("latency"), run.stages());
        }
    }

    private static void latency(ObjectNode json, StageTimes times) {
        span(json.putObject("total"), times.between(Stage.MARKED, Stage.IN_SERVICE));
        span(json.putObject("outOfService"), times.between(Stage.PREPARING, Stage.IN_SERVICE));
        ObjectNode stages = json.putObject("stages");
        Stage before = Stage.MARKED;
        for (Stage stage : Stage.values()) {
            if (stage != before) {
                span(stages.putObject(stage.key()), times.between(before, stage));
            }
            before = stage;
        }
    }

    private static void span(ObjectNode json, StageTimes.Span span) {
        json.put("medianSeconds", round(seconds(span.median()))).put("p95Seconds", round(seconds(span.p95())));
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }

    private static double round(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
