package io.kusionstack.operating.testbed.cli;

import io.kusionstack.operating.testbed.audit.AuditEvent;
import io.kusionstack.operating.testbed.audit.AuditLog;
import io.kusionstack.operating.testbed.audit.AuditSummary;
import io.kusionstack.operating.testbed.controlplane.Clusters;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./dev cluster audit}: who wrote what how often. */
@Command(name = "audit", description = "Counts the requests since the start, by client, verb and resource.")
final class AuditCommand implements Callable<Integer> {
    @Option(names = "--name", defaultValue = "dev", description = "Which cluster, default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private String name;

    @Option(names = "--writes", description = "Leaves out what only reads.")
    private boolean onlyWrites;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        try (Stream<AuditEvent> events = AuditLog.read(Clusters.named(name).auditLog())) {
            print(
                    AuditSummary.of(events.filter(event -> event.isWrite() || !onlyWrites)),
                    spec.commandLine().getOut());
        }
        return 0;
    }

    static void print(AuditSummary summary, PrintWriter out) {
        out.printf("%8s %9s %9s %8s  %s%n", "requests", "unchanged", "conflicts", "refused", "client verb resource");
        summary.tallies()
                .forEach((what, tally) -> out.printf(
                        "%8d %9d %9d %8d  %s %s %s%n",
                        tally.requests(),
                        tally.unchanged(),
                        tally.conflicts(),
                        tally.refused(),
                        what.client(),
                        what.verb(),
                        what.resource()));
        out.flush();
    }
}
