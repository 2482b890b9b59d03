package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.audit.AuditSummary;
import io.kusionstack.operating.testbed.audit.AuditSummary.Tally;
import io.kusionstack.operating.testbed.audit.AuditSummary.What;
import java.time.Duration;
import java.util.Locale;

/**
 * What one update cost.
 *
 * @param took from the change of the set to the last Pod back in service
 * @param floorTook how long the floor took for as many Pods
 * @param cpu processor time of the host meanwhile
 * @param host the host's requests meanwhile
 */
record UpdateReport(int pods, Duration took, Duration floorTook, Duration cpu, AuditSummary host) {
    double podsPerSecond() {
        return perSecond(took);
    }

    double floorPodsPerSecond() {
        return perSecond(floorTook);
    }

    private double perSecond(Duration time) {
        return pods * 1e9 / time.toNanos();
    }

    /** A table for people. */
    String table() {
        StringBuilder table = new StringBuilder();
        line(table, "%-44s %10s %8s %9s %9s", "request of the host", "count", "a Pod", "unchanged", "conflicts");
        host.tallies()
                .forEach((what, tally) -> line(
                        table,
                        "%-44s %10d %8.2f %9d %9d",
                        what.verb() + " " + what.resource(),
                        tally.requests(),
                        tally.requests() / (double) pods,
                        tally.unchanged(),
                        tally.conflicts()));
        line(table, "");
        line(table, "Pods                 %10d", pods);
        line(table, "seconds              %10.2f", took.toMillis() / 1000.0);
        line(table, "Pods per second      %10.1f", podsPerSecond());
        line(table, "floor, Pods/second   %10.1f", floorPodsPerSecond());
        line(table, "of the floor         %9.0f%%", 100 * podsPerSecond() / floorPodsPerSecond());
        line(table, "host CPU, ms a Pod   %10.1f", cpuMillisPerPod());
        return table.toString();
    }

    /** The same for programs. */
    ObjectNode json() {
        Tally podWrites = host.only(What::isPodWrite).total();
        Tally writes = host.only(What::isWrite).total();
        Tally events = host.only(What::isEvent).total();
        ObjectNode report = JsonMapper.builder().build().createObjectNode();
        report.put("pods", pods)
                .put("seconds", round(took.toMillis() / 1000.0))
                .put("podsPerSecond", round(podsPerSecond()))
                .put("floorPodsPerSecond", round(floorPodsPerSecond()))
                .put("podWritesPerPod", round(podWrites.done() / (double) pods))
                .put("writesPerPod", round(writes.done() / (double) pods))
                .put("unchangedWrites", podWrites.unchanged())
                .put("conflicts", writes.conflicts())
                .put("eventsPerPod", round(events.requests() / (double) pods))
                .put("cpuMillisPerPod", round(cpuMillisPerPod()));
        return report;
    }

    private double cpuMillisPerPod() {
        return cpu.toMillis() / (double) pods;
    }

    private static double round(double value) {
        return Math.round(value * 100) / 100.0;
    }

    private static void line(StringBuilder table, String format, Object... values) {
        table.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }
}
