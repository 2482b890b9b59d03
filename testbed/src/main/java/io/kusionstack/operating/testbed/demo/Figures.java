package io.kusionstack.operating.testbed.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.audit.AuditSummary;
import io.kusionstack.operating.testbed.audit.AuditSummary.Tally;
import io.kusionstack.operating.testbed.audit.AuditSummary.What;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one update was like.
 *
 * @param took from the change of the set to the last Pod back in service
 * @param writes the operator's requests meanwhile
 * @param mostOut the most Pods out of service at any moment
 * @param allowedOut how many the rule allows
 * @param shortestDrain of all removals; zero where there was none
 * @param calls of the load balancer's API, by action
 */
record Figures(
        int pods,
        Duration took,
        AuditSummary writes,
        int mostOut,
        int allowedOut,
        Counts requests,
        Duration shortestDrain,
        SortedMap<String, Long> calls) {
    Figures {
        calls = new TreeMap<>(calls);
    }

    double podsPerSecond() {
        return pods / Math.max(0.001, took.toMillis() / 1000.0);
    }

    double podWritesPerPod() {
        return podWrites().done() / (double) pods;
    }

    long unchangedWrites() {
        return podWrites().unchanged();
    }

    private Tally podWrites() {
        return writes.only(What::isPodWrite).total();
    }

    /** A summary for people. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(line("%d Pods updated in %.1f s, %.2f a second", pods, took.toMillis() / 1000.0, podsPerSecond()));
        lines.add(line("most out of service at any moment: %d, allowed %d", mostOut, allowedOut));
        lines.add(line(
                "requests: %d, misrouted %d, without a Pod to go to %d",
                requests.requests(), requests.misrouted(), requests.unserved()));
        lines.add(line("shortest drain: %.1f s", shortestDrain.toMillis() / 1000.0));
        lines.add(line("writes of the operator, for each Pod:"));
        writes.only(What::isWrite).tallies().forEach((what, tally) -> lines.add(write(what, tally)));
        lines.add(line("calls of the load balancer's API:"));
        calls.forEach((action, count) -> lines.add(line("    %5d  %s", count, action)));
        return lines;
    }

    private String write(What what, Tally tally) {
        return line(
                "    %5.2f  %s %s%s",
                tally.done() / (double) pods,
                what.verb(),
                what.resource(),
                tally.unchanged() > 0 ? " (" + tally.unchanged() + " changed nothing)" : "");
    }

    /** The same for programs. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("pods", pods)
                .put("seconds", round(took.toMillis() / 1000.0))
                .put("podsPerSecond", round(podsPerSecond()))
                .put("podWritesPerPod", round(podWritesPerPod()))
                .put("unchangedWrites", unchangedWrites())
                .put("conflicts", writes.only(What::isWrite).total().conflicts())
                .put("maxOutOfService", mostOut)
                .put("allowedOutOfService", allowedOut)
                .put("requests", requests.requests())
                .put("misroutedRequests", requests.misrouted())
                .put("unservedRequests", requests.unserved())
                .put("shortestDrainSeconds", round(shortestDrain.toMillis() / 1000.0));
        ObjectNode kinds = json.putObject("writesPerPod");
        for (Map.Entry<What, Tally> one : writes.only(What::isWrite).tallies().entrySet()) {
            kinds.put(
                    one.getKey().verb() + " " + one.getKey().resource(),
                    round(one.getValue().done() / (double) pods));
        }
        ObjectNode actions = json.putObject("balancerCalls");
        calls.forEach(actions::put);
        return json;
    }

    private static double round(double value) {
        return Math.round(value * 100) / 100.0;
    }

    private static String line(String format, Object... values) {
        return "  " + String.format(Locale.ROOT, format, values);
    }
}
