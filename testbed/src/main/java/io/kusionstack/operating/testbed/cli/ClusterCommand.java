package io.kusionstack.operating.testbed.cli;

import io.kusionstack.operating.testbed.controlplane.Clusters;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.controlplane.Instance;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./dev cluster}: a control plane that outlives the shell. */
@Command(
        name = "cluster",
        description = "A control plane that stays until it is stopped.",
        subcommands = {
            ClusterCommand.Start.class,
            ClusterCommand.Stop.class,
            ClusterCommand.Status.class,
            ClusterCommand.Kubeconfig.class,
            AuditCommand.class
        })
final class ClusterCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** Without a subcommand: how things are. */
    @Override
    public Integer call() {
        return new CommandLine(new Status()).setOut(spec.commandLine().getOut()).execute();
    }

    /** What all subcommands share. */
    static final class Target {
        @Option(names = "--name", defaultValue = "dev", description = "Which cluster, default: ${DEFAULT-VALUE}.")
        @SuppressWarnings("NullAway.Init")
        private String name;

        Instance instance() {
            return Clusters.named(name);
        }
    }

    @Command(name = "start", description = "Starts it and returns when it is ready.")
    static final class Start implements Callable<Integer> {
        @Mixin
        private final Target target = new Target();

        @Option(names = "--port", defaultValue = "0", description = "Port of the API server, default: a free one.")
        private int port;

        @Option(
                names = "--nodes",
                defaultValue = "3",
                description = "How many simulated nodes, default: ${DEFAULT-VALUE}.")
        private int nodes;

        @Option(names = "--user", split = ",", description = "Gives these users a token, beside admin.")
        private List<String> users = List.of();

        @Option(names = "--api-server-flag", description = "A further flag of the API server, such as --v=2.")
        private List<String> flags = List.of();

        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Override
        public Integer call() {
            ControlPlaneOptions options = ControlPlaneOptions.defaults()
                    .withPort(port)
                    .withUsers(users.toArray(String[]::new))
                    .withApiServerFlags(flags.toArray(String[]::new));
            Clusters.start(target.name, options, cluster -> {
                if (nodes > 0) {
                    cluster.companion("simulated-nodes", NodesCommand.commandLine(target.name, nodes));
                }
            });
            return report(target.instance(), spec.commandLine().getOut());
        }
    }

    @Command(name = "stop", description = "Ends it; its logs stay until the next start.")
    static final class Stop implements Callable<Integer> {
        @Mixin
        private final Target target = new Target();

        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Override
        public Integer call() {
            boolean ran = target.instance().stop();
            spec.commandLine()
                    .getOut()
                    .println(
                            ran
                                    ? "Cluster " + target.name + " stopped."
                                    : "Cluster " + target.name + " was not running.");
            return 0;
        }
    }

    @Command(name = "status", description = "Shows address, processes and logs; exit code 1 if it does not run.")
    static final class Status implements Callable<Integer> {
        @Mixin
        private final Target target = new Target();

        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            if (!target.instance().isRunning()) {
                out.println("Cluster " + target.name + " does not run; ./dev cluster start");
                return 1;
            }
            return report(target.instance(), out);
        }
    }

    @Command(
            name = "kubeconfig",
            description = "Prints the path of a kubeconfig: export KUBECONFIG=$(./dev cluster kubeconfig)")
    static final class Kubeconfig implements Callable<Integer> {
        @Mixin
        private final Target target = new Target();

        @Option(
                names = "--user",
                defaultValue = ControlPlaneOptions.ADMIN,
                description = "Whose, default: ${DEFAULT-VALUE}.")
        @SuppressWarnings("NullAway.Init")
        private String user;

        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Override
        public Integer call() {
            if (!target.instance().isRunning()) {
                spec.commandLine().getErr().println("Cluster " + target.name + " does not run; ./dev cluster start");
                return 1;
            }
            // An unknown user is told by the names of the known ones.
            target.instance().connection(user);
            spec.commandLine().getOut().println(target.instance().kubeconfig(user));
            return 0;
        }
    }

    private static Integer report(Instance instance, PrintWriter out) {
        out.println("server      " + instance.server());
        out.println("kubeconfig  " + instance.kubeconfig(ControlPlaneOptions.ADMIN));
        out.println("logs        " + instance.logs());
        instance.processes().forEach((program, pid) -> out.println("process     " + pid + " " + program));
        return 0;
    }
}
