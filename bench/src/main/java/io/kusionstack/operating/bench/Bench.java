package io.kusionstack.operating.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code ./dev bench}. */
@Command(
        name = "./dev bench",
        description = "Measures the operator; asserts nothing.",
        subcommands = {
            UpdateCommand.class,
            CacheCommand.class,
            NodesCommand.class,
            HostileCommand.class,
            FairnessCommand.class
        })
public final class Bench {
    private Bench() {}

    /** Ends the JVM with 0, with 1 where the measurement failed, with 2 for wrong words on the command line. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Bench()).execute(arguments));
    }
}
