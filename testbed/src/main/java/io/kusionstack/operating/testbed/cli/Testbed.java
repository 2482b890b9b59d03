package io.kusionstack.operating.testbed.cli;

import io.kusionstack.operating.testbed.controlplane.ControlPlaneException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command of the testbed; its subcommands are those of {@code ./dev} that need a cluster. */
@Command(
        name = "./dev",
        subcommands = {ClusterCommand.class, NodesCommand.class, DemoCommand.class},
        description = "A real control plane, and what can be shown on it.")
public final class Testbed {
    private Testbed() {}

    /** Ends the JVM with 0, with 1 where the world is not as it must be, with 2 for wrong words on the command line. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Testbed()).setExecutionExceptionHandler(Testbed::explain);
    }

    /** A failure that was foreseen is told by its message, any other by where it happened. */
    private static int explain(Exception failure, CommandLine command, CommandLine.ParseResult words) {
        PrintWriter err = command.getErr();
        if (failure instanceof ControlPlaneException || failure instanceof IllegalArgumentException) {
            err.println(failure.getMessage());
        } else {
            failure.printStackTrace(err);
        }
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }
}
