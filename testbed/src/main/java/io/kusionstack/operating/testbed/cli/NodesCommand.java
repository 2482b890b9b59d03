package io.kusionstack.operating.testbed.cli;

import io.kusionstack.operating.testbed.controlplane.Clusters;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.controlplane.Instance;
import io.kusionstack.operating.testbed.nodes.Cadence;
import io.kusionstack.operating.testbed.nodes.NodesConfig;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./dev nodes}: simulated nodes for a cluster that runs, until the command is ended. */
@Command(name = "nodes", description = "Simulated nodes for a running cluster; Ctrl-C ends them, their Pods stay.")
final class NodesCommand implements Callable<Integer> {
    @Option(names = "--name", defaultValue = "dev", description = "Which cluster, default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private String name;

    @Option(names = "--count", defaultValue = "3", description = "How many nodes, default: ${DEFAULT-VALUE}.")
    private int count;

    @Option(names = "--cadence", defaultValue = "KUBELET", description = "${COMPLETION-CANDIDATES}.")
    @SuppressWarnings("NullAway.Init")
    private Cadence cadence;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Instance cluster = Clusters.named(name);
        if (!cluster.isRunning()) {
            spec.commandLine().getErr().println("Cluster " + name + " does not run; ./dev cluster start");
            return 1;
        }
        NodesConfig config = NodesConfig.of(count).with(cadence);
        try (SimulatedNodes nodes = SimulatedNodes.start(cluster.connection(ControlPlaneOptions.ADMIN), config)) {
            spec.commandLine().getOut().println("Nodes " + nodes.names() + " are up; Ctrl-C ends them.");
            spec.commandLine().getOut().flush();
            new CountDownLatch(1).await();
        }
        return 0;
    }

    /** How this JVM starts another one that does this, known by the folder on its command line. */
    static List<String> commandLine(String cluster, int count) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Doperating.testbed.instance=" + Clusters.named(cluster).folder(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=logback-command.xml",
                "-cp",
                System.getProperty("java.class.path"),
                Testbed.class.getName(),
                "nodes",
                "--name=" + cluster,
                "--count=" + count);
    }
}
