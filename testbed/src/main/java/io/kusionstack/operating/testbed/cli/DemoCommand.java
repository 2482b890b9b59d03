package io.kusionstack.operating.testbed.cli;

import io.kusionstack.operating.testbed.demo.Demo;
import io.kusionstack.operating.testbed.demo.Screen;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./dev demo}: the packaged operator updates Pods behind a load balancer, under traffic and under a rule. */
@Command(
        name = "demo",
        description = "The operator updates Pods behind a load balancer, and shows what waits for what.",
        subcommands = DeploymentCommand.class)
final class DemoCommand implements Callable<Integer> {
    @Option(names = "--pods", defaultValue = "6", description = "How many Pods, default: ${DEFAULT-VALUE}.")
    private int pods;

    @Option(names = "--nodes", defaultValue = "3", description = "How many nodes, default: ${DEFAULT-VALUE}.")
    private int nodes;

    @Option(names = "--keep", description = "Leaves all running after the summary, until Ctrl-C.")
    private boolean keep;

    @Option(names = "--json", description = "Prints the figures of the first act as one JSON object on the last line.")
    private boolean asJson;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Path root = Path.of(System.getProperty("operating.root", "."))
                .toAbsolutePath()
                .normalize();
        Screen screen = Screen.timed(out, Boolean.getBoolean("operating.testbed.terminal"));
        Demo.Outcome outcome = new Demo(new Demo.Plan(root, pods, nodes, keep), screen).play();
        if (asJson) {
            out.println(outcome.json());
            out.flush();
        }
        return outcome.ok() ? 0 : 1;
    }
}
