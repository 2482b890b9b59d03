package io.kusionstack.operating.bench;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** A report for people. */
final class UpdateTable {
    private final StringBuilder table = new StringBuilder();
    private final UpdateReport report;

    private UpdateTable(UpdateReport report) {
        this.report = report;
    }

    static String of(UpdateReport report) {
        UpdateTable table = new UpdateTable(report);
        table.requests();
        table.host();
        table.runs();
        if (!report.host().run().stages().isEmpty()) {
            table.latency();
        }
        return table.table.toString();
    }

    private void requests() {
        line("%-44s %10s %8s %9s %9s", "request of the host", "count", "a Pod", "unchanged", "conflicts");
        report.host()
                .requests()
                .tallies()
                .forEach((what, tally) -> line(
                        "%-44s %10d %8.2f %9d %9d",
                        what.verb() + " " + what.resource(),
                        tally.requests(),
                        tally.requests() / (double) report.host().pods(),
                        tally.unchanged(),
                        tally.conflicts()));
        line("");
    }

    private void host() {
        HostRun host = report.host();
        line("%-40s %15.1f", "host CPU, ms a Pod", host.cpuMillisPerPod());
        line("%-40s %15.3f", "conflicts a Pod", host.conflictsPerPod());
        line("%-40s %14.2f%%", "conflicts, of Pod writes", host.conflictPercent());
        line("");
    }

    private void runs() {
        line("%-40s %15s %15s %15s", "", "host", "plain floor", "lean floor");
        line(
                "%-40s %15d %15d %15d",
                "Pods",
                report.host().pods(),
                report.floors().plain().pods(),
                report.floors().lean().pods());
        row("seconds", run -> seconds(run.took()));
        row("Pods per second", Run::podsPerSecond);
        line(
                "%-40s %15s %14.0f%% %14.0f%%",
                "the host, of the floor", "", 100 * report.ofPlainFloor(), 100 * report.ofLeanFloor());
        row("API server CPU, ms a Pod", Run::apiServerMillisPerPod);
        row("etcd CPU, ms a Pod", Run::etcdMillisPerPod);
    }

    private void row(String name, ToDoubleFunction<Run> figure) {
        List<Double> figures = all().map(figure::applyAsDouble).toList();
        line("%-40s %15.1f %15.1f %15.1f", name, figures.get(0), figures.get(1), figures.get(2));
    }

    private void latency() {
        line("");
        line("%-40s %15s %15s %15s", "one Pod, s: median (p95)", "host", "plain floor", "lean floor");
        span("from mark to service", Stage.MARKED, Stage.IN_SERVICE);
        span("out of service", Stage.PREPARING, Stage.IN_SERVICE);
        Stage before = Stage.MARKED;
        for (Stage stage : Stage.values()) {
            if (stage != before) {
                span("  " + before.word() + ", until " + stage.word(), before, stage);
            }
            before = stage;
        }
    }

    private void span(String name, Stage from, Stage to) {
        List<String> spans =
                all().map(run -> text(run.stages().between(from, to))).toList();
        line("%-40s %15s %15s %15s", name, spans.get(0), spans.get(1), spans.get(2));
    }

    private static String text(StageTimes.Span span) {
        return String.format(Locale.ROOT, "%.2f (%.2f)", seconds(span.median()), seconds(span.p95()));
    }

    private Stream<Run> all() {
        return Stream.of(
                report.host().run(), report.floors().plain(), report.floors().lean());
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }

    private void line(String format, Object... values) {
        table.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }
}
